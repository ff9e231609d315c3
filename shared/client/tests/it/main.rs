//! The upstream against real HTTP/2 servers that refuse, leave, break and lie on demand.

mod balance;
mod calls;
mod channel;
mod discovery;
mod replica;
mod resend;
mod tls;
