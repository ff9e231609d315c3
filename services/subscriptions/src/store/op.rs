//! The names of this service's database accesses, for metrics and traces.

use dialtone_db::OpName;

/// One per access.
#[derive(Clone, Copy, Debug)]
pub enum Op {
    AccessGet,
    OrderPlace,
    OrderGet,
    OrderList,
    OrderAnswer,
    OrderResend,
    LinkOpen,
    WelcomeGet,
    SubscriptionGet,
    SubscriptionList,
    PartnerMap,
    CustomerMap,
    SetupPreview,
    SetupBegin,
}

impl OpName for Op {
    fn name(self) -> &'static str {
        match self {
            Self::AccessGet => "access_get",
            Self::OrderPlace => "order_place",
            Self::OrderGet => "order_get",
            Self::OrderList => "order_list",
            Self::OrderAnswer => "order_answer",
            Self::OrderResend => "order_resend",
            Self::LinkOpen => "link_open",
            Self::WelcomeGet => "welcome_get",
            Self::SubscriptionGet => "subscription_get",
            Self::SubscriptionList => "subscription_list",
            Self::PartnerMap => "partner_map",
            Self::CustomerMap => "customer_map",
            Self::SetupPreview => "setup_preview",
            Self::SetupBegin => "setup_begin",
        }
    }
}
