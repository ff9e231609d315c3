//! How the demo speaks: short numbered chapters, a line per fact, a bar for long work.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

/// Prints the story.
pub struct Voice {
    chapter: usize,
}

impl Voice {
    pub fn new() -> Self {
        Self { chapter: 0 }
    }

    /// Begins a chapter.
    pub fn chapter(&mut self, title: &str) {
        self.chapter += 1;
        println!("\n{}. {title}", self.chapter);
    }

    /// Tells one fact.
    pub fn say(&self, text: impl AsRef<str>) {
        println!("   {}", text.as_ref());
    }

    /// Shows a block of text as it is.
    pub fn quote(&self, text: &str) {
        for line in text.lines() {
            println!("   | {line}");
        }
    }

    /// A bar for `total` units of work. Without a terminal nothing moves: see [`Progress::set`].
    pub fn progress(&self, what: &str, total: u64) -> Progress {
        let bar = ProgressBar::new(total);
        let style = ProgressStyle::with_template("   {msg} [{bar:32}] {pos}/{len} {percent}% {elapsed}")
            .unwrap_or_else(|_| ProgressStyle::default_bar());
        bar.set_style(style.progress_chars("=> "));
        bar.set_message(what.to_owned());
        bar.enable_steady_tick(Duration::from_millis(200));
        let silent = bar.is_hidden();
        Progress { bar, silent, what: what.to_owned(), told: 0 }
    }
}

/// Progress of one long piece of work.
pub struct Progress {
    bar: ProgressBar,
    silent: bool,
    what: String,
    told: u64,
}

impl Progress {
    /// Moves the bar; where there is no terminal, prints a line each quarter.
    pub fn set(&mut self, done: u64) {
        self.bar.set_position(done);
        let total = self.bar.length().unwrap_or(0).max(1);
        let quarter = done * 4 / total;
        if self.silent && quarter > self.told {
            self.told = quarter;
            println!("   {} {done}/{total} {}%", self.what, done * 100 / total);
        }
    }

    /// Ends the bar and leaves its last state on the screen.
    pub fn done(self) {
        self.bar.abandon();
    }
}
