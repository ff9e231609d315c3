//! The whole story, as `make demo` plays it.

use dialtone_suite::demo;
use dialtone_suite::world::World;

pub async fn test(world: World) -> anyhow::Result<()> {
    demo::run(&world.suite, &demo::Options { data: None, people: 100 }).await
}
