//! The rules between the fields of a plan.

use super::{Content, CustomerContent, Federation, Telephony, UserContent};

/// A field that does not fit the others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Misfit {
    pub field: &'static str,
    pub rule: &'static str,
    pub description: &'static str,
}

/// All that does not fit.
pub fn misfits(content: &Content) -> Vec<Misfit> {
    match content {
        Content::User(user) => of_user(user),
        Content::Customer(customer) => of_customer(customer).into_iter().collect(),
    }
}

fn of_user(user: &UserContent) -> Vec<Misfit> {
    let controlled = matches!(user.telephony, Telephony::RemoteCallControl | Telephony::RemoteCallControlOnly);
    let voice = user.telephony == Telephony::EnterpriseVoice;
    let mut all = Vec::new();
    let mut add = |field, rule, description| all.push(Misfit { field, rule, description });
    match (controlled, user.line_server_uri.is_empty()) {
        (true, true) => add(
            "line_server_uri",
            "line_server_uri.required",
            "is required with REMOTE_CALL_CONTROL and REMOTE_CALL_CONTROL_ONLY",
        ),
        (false, false) => add(
            "line_server_uri",
            "line_server_uri.refused",
            "belongs to REMOTE_CALL_CONTROL and REMOTE_CALL_CONTROL_ONLY; leave it out with other options",
        ),
        (true, false) | (false, true) => {}
    }
    let only_voice = "belongs to ENTERPRISE_VOICE; leave it out with other options";
    if !voice && !user.dial_plan.is_empty() {
        add("dial_plan", "dial_plan.refused", only_voice);
    }
    if !voice && !user.voice_policy.is_empty() {
        add("voice_policy", "voice_policy.refused", only_voice);
    }
    all
}

fn of_customer(customer: &CustomerContent) -> Option<Misfit> {
    let (rule, description) = match (customer.federation, customer.federated_domains.is_empty()) {
        (Federation::ListedDomains, true) => {
            ("federated_domains.required", "is required with LISTED_DOMAINS: name at least one domain")
        }
        (Federation::Disabled | Federation::Open, false) => {
            ("federated_domains.refused", "belongs to LISTED_DOMAINS; leave it out with DISABLED and OPEN")
        }
        (Federation::ListedDomains, false) | (Federation::Disabled | Federation::Open, true) => return None,
    };
    Some(Misfit { field: "federated_domains", rule, description })
}

#[cfg(test)]
mod tests {
    use super::super::tests::user;
    use super::*;

    fn rules(content: UserContent) -> Vec<&'static str> {
        misfits(&Content::User(content)).into_iter().map(|misfit| misfit.rule).collect()
    }

    #[test]
    fn each_option_takes_its_own_settings_and_no_other() {
        let (uri, plan, policy) = ("sip:rcc@pbx.example".to_owned(), "Uppsala".to_owned(), "National".to_owned());
        for telephony in [Telephony::RemoteCallControl, Telephony::RemoteCallControlOnly] {
            assert_eq!(rules(user(telephony)), ["line_server_uri.required"]);
            assert_eq!(rules(UserContent { line_server_uri: uri.clone(), ..user(telephony) }), [""; 0]);
            assert_eq!(
                rules(UserContent { line_server_uri: uri.clone(), dial_plan: plan.clone(), ..user(telephony) }),
                ["dial_plan.refused"]
            );
        }
        let all = |telephony| UserContent {
            line_server_uri: uri.clone(),
            dial_plan: plan.clone(),
            voice_policy: policy.clone(),
            ..user(telephony)
        };
        for telephony in [Telephony::PcToPc, Telephony::AudioVideoDisabled] {
            assert_eq!(rules(user(telephony)), [""; 0]);
            let refused = ["line_server_uri.refused", "dial_plan.refused", "voice_policy.refused"];
            assert_eq!(rules(all(telephony)), refused);
        }
        assert_eq!(rules(user(Telephony::EnterpriseVoice)), [""; 0]);
        assert_eq!(rules(all(Telephony::EnterpriseVoice)), ["line_server_uri.refused"]);
    }
}
