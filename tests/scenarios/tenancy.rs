//! What one tenant learns of another: nothing, not even whether a thing exists.

use dialtone_proto::annotations::v1::Role;
use dialtone_proto::orgfinder::v1::organization_service_client::OrganizationServiceClient;
use dialtone_proto::orgfinder::v1::{GetOrganizationRequest, OrganizationRole};
use dialtone_proto::templates::v1::ListTemplatesRequest;
use dialtone_proto::templates::v1::template_service_client::TemplateServiceClient;
use dialtone_proto::userprovisioning::v1::user_service_client::UserServiceClient;
use dialtone_proto::userprovisioning::v1::{GetUserRequest, ListUsersRequest};
use dialtone_suite::world::World;
use tonic::{Code, Status};
use uuid::Uuid;

use crate::check::refused;

pub async fn alike(world: World) -> anyhow::Result<()> {
    let own = world.organization("Own", OrganizationRole::Partner).await?;
    let foreign = world.organization("Foreign", OrganizationRole::Partner).await?.name;
    let nowhere = format!("organizations/{}", Uuid::now_v7());
    let caller = world.person(&own.name, Role::FullAdmin).await?;

    let mut organizations = OrganizationServiceClient::new(caller.clone());
    let mut templates = TemplateServiceClient::new(caller.clone());
    let mut users = UserServiceClient::new(caller.clone());
    let mut texts: Vec<[String; 2]> = Vec::new();
    for organization in [foreign, nowhere] {
        let user = format!("{organization}/users/{}", Uuid::now_v7());
        let got = organizations.get_organization(GetOrganizationRequest { name: organization.clone() }).await;
        texts.push(told(refused(got, Code::PermissionDenied, "PERMISSION_DENIED")?));
        let listed =
            templates.list_templates(ListTemplatesRequest { parent: organization.clone(), ..Default::default() });
        texts.push(told(refused(listed.await, Code::PermissionDenied, "PERMISSION_DENIED")?));
        let listed = users.list_users(ListUsersRequest { parent: organization.clone(), ..Default::default() });
        texts.push(told(refused(listed.await, Code::PermissionDenied, "PERMISSION_DENIED")?));
        let got = users.get_user(GetUserRequest { name: user }).await;
        texts.push(told(refused(got, Code::PermissionDenied, "PERMISSION_DENIED")?));
    }
    let (existing, missing) = texts.split_at(4);
    anyhow::ensure!(existing == missing, "the answers differ: {existing:?} and {missing:?}");
    Ok(())
}

/// Text and details, without the id of the request.
fn told(status: Status) -> [String; 2] {
    let info = dialtone_status::error_info(&status).map(|info| format!("{info:?}")).unwrap_or_default();
    [status.message().to_owned(), info]
}
