//! Texts by a gateway in the manner of Kannel: its `sendsms` address.

use super::{Channel, Failure, Sent, Text, Texter, agent, refused, unreachable};
use crate::settings::Kannel;

/// Which receipts are asked for: delivered to the phone (1), not delivered (2), refused by the centre (16).
const MASK: &str = "19";
/// Minutes in which the gateway may try to deliver: a code is good for 10 minutes.
const VALIDITY: &str = "10";

pub(super) struct Sender {
    user: Kannel,
    receipts: String,
    agent: ureq::Agent,
}

impl Sender {
    pub(super) fn new(user: Kannel, origin: &str) -> Self {
        Self { user, receipts: format!("{origin}/texts/receipts/kannel"), agent: agent() }
    }
}

impl Texter for Sender {
    fn send(&self, _id: i64, text: &Text) -> Result<Sent, Failure> {
        if text.channel == Channel::Call {
            return Err(Failure::Final("this gateway cannot call".to_owned()));
        }
        // The gateway puts the number of what happened in place of %d.
        let receipt = format!("{}/{}?status=%d", self.receipts, text.receipt);
        let answer = self
            .agent
            .get(&self.user.address)
            .query("username", &self.user.user)
            .query("password", &self.user.password)
            .query("from", &self.user.from)
            .query("to", &text.to)
            .query("charset", "UTF-8")
            .query("validity", VALIDITY)
            .query("dlr-mask", MASK)
            .query("dlr-url", receipt)
            .query("text", &text.words)
            .call()
            .map_err(|cause| unreachable(&cause))?;
        let status = answer.status().as_u16();
        // 202: taken, or kept for later.
        if (200..300).contains(&status) { Ok(Sent::default()) } else { Err(refused(status, "")) }
    }
}
