//! The catalogue and plans as messages.

use dialtone_authz::Ctx;
use dialtone_ids::Etag;
use dialtone_proto::templates::v1 as wire;
use dialtone_proto::time::to_timestamp;

use crate::model::offering::{Offering, Product};
use crate::model::package::{Broken, Package, Rule, name};
use crate::model::plan::{Archiving, Content, Federation, Plan, Telephony};

/// An offering.
pub(in crate::api) fn offering(offering: Offering) -> wire::Offering {
    wire::Offering {
        name: format!("offerings/{}", offering.id),
        display_name: offering.display_name,
        takes_plans: offering.takes_plans,
        retired: offering.retired,
    }
}

/// A product.
pub(in crate::api) fn product(product: Product) -> wire::Product {
    let kind = if product.add_on { wire::ProductKind::AddOn } else { wire::ProductKind::Base };
    let limits = product.quantity;
    wire::Product {
        name: format!("products/{}", product.sku),
        sku: product.sku,
        display_name: product.display_name,
        offering: format!("offerings/{}", product.offering),
        kind: kind.into(),
        packages: product.packages.iter().map(|id| name(id)).collect(),
        needs_one_of: product.needs_one_of,
        quantity: Some(wire::QuantityLimits { minimum: limits.minimum, maximum: limits.maximum, step: limits.step }),
        trial_allowed: product.trial_allowed,
        retired: product.retired,
    }
}

/// A package.
pub(in crate::api) fn package(package: Package) -> wire::Package {
    let customers = package.for_customers.then_some(wire::PackageAudience::Customer);
    let users = package.for_users.then_some(wire::PackageAudience::User);
    wire::Package {
        name: name(&package.id),
        audiences: customers.into_iter().chain(users).map(Into::into).collect(),
        base: package.base,
        needs_one_of: package.needs_one_of.iter().map(|id| name(id)).collect(),
        retired: package.retired,
    }
}

/// A broken rule, in the caller's language.
pub(in crate::api) fn broken(ctx: &Ctx, broken: Broken) -> wire::PackageViolation {
    let rule = match broken.rule {
        Rule::Unknown => wire::PackageRule::UnknownPackage,
        Rule::Retired => wire::PackageRule::RetiredPackage,
        Rule::WrongAudience => wire::PackageRule::WrongAudience,
        Rule::Duplicate => wire::PackageRule::DuplicatePackage,
        Rule::MissingDependency => wire::PackageRule::MissingDependency,
        Rule::NoBase => wire::PackageRule::NoBasePackage,
        Rule::SeveralBases => wire::PackageRule::SeveralBasePackages,
    };
    let key = format!("package-{}", rule.as_str_name().trim_start_matches("PACKAGE_RULE_"));
    let package = broken.package.unwrap_or_default();
    let packages = broken.remedy.join(", ");
    let parameters = [("package", package.as_str()), ("packages", packages.as_str())];
    let text = dialtone_messages::text(ctx.locale, crate::SERVICE.as_str(), &key, parameters);
    wire::PackageViolation {
        rule: rule.into(),
        text: text.expect("the catalogue of texts has it"),
        language_code: ctx.locale.tag().to_owned(),
        packages: broken.remedy.iter().map(|id| name(id)).collect(),
        package,
    }
}

/// A user plan; what a row of the kind says is of the kind.
pub(in crate::api) fn user_plan(plan: Plan) -> wire::UserPlan {
    let rest = wire::UserPlan {
        name: plan.name.to_string(),
        offering: format!("offerings/{}", plan.offering),
        etag: Etag::of_version(plan.version).into_string(),
        create_time: Some(to_timestamp(plan.created)),
        update_time: Some(to_timestamp(plan.updated)),
        ..Default::default()
    };
    let Content::User(content) = plan.content else { return rest };
    wire::UserPlan {
        display_name: content.display_name,
        telephony_option: telephony(content.telephony).into(),
        line_server_uri: content.line_server_uri,
        dial_plan: content.dial_plan,
        voice_policy: content.voice_policy,
        ..rest
    }
}

/// A customer plan; what a row of the kind says is of the kind.
pub(in crate::api) fn customer_plan(plan: Plan) -> wire::CustomerPlan {
    let rest = wire::CustomerPlan {
        name: plan.name.to_string(),
        offering: format!("offerings/{}", plan.offering),
        etag: Etag::of_version(plan.version).into_string(),
        create_time: Some(to_timestamp(plan.created)),
        update_time: Some(to_timestamp(plan.updated)),
        ..Default::default()
    };
    let Content::Customer(content) = plan.content else { return rest };
    let federation = match content.federation {
        Federation::Disabled => wire::Federation::Disabled,
        Federation::ListedDomains => wire::Federation::ListedDomains,
        Federation::Open => wire::Federation::Open,
    };
    let archiving = match content.archiving {
        Archiving::None => wire::Archiving::None,
        Archiving::Federated => wire::Archiving::Federated,
        Archiving::All => wire::Archiving::All,
    };
    wire::CustomerPlan {
        display_name: content.display_name,
        allowed_telephony_options: content.allowed.into_iter().map(|option| telephony(option).into()).collect(),
        federation: federation.into(),
        federated_domains: content.federated_domains,
        archiving: archiving.into(),
        ..rest
    }
}

fn telephony(option: Telephony) -> wire::TelephonyOption {
    match option {
        Telephony::EnterpriseVoice => wire::TelephonyOption::EnterpriseVoice,
        Telephony::PcToPc => wire::TelephonyOption::PcToPc,
        Telephony::AudioVideoDisabled => wire::TelephonyOption::AudioVideoDisabled,
        Telephony::RemoteCallControl => wire::TelephonyOption::RemoteCallControl,
        Telephony::RemoteCallControlOnly => wire::TelephonyOption::RemoteCallControlOnly,
    }
}
