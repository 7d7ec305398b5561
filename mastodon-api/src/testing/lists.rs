//! Lists: accounts whose posts have a timeline of their own.

use std::collections::BTreeMap;

use super::state::{Fake, number};
use crate::{
    entities::{List, RepliesPolicy, Status},
    ids::{AccountId, ListId},
};

/// A list, and who is in it.
pub(super) struct Listed {
    pub(super) list: List,
    pub(super) accounts: BTreeMap<u64, AccountId>,
}

impl Listed {
    pub(super) fn has(&self, account: &AccountId) -> bool {
        self.accounts.values().any(|listed| listed == account)
    }
}

impl Fake {
    /// A list of this account.
    pub(super) fn list_of(&self, owner: &AccountId, id: &ListId) -> Option<&Listed> {
        let (its_owner, listed) = self.lists.get(&number(id.as_str())?)?;
        (its_owner == owner).then_some(listed)
    }

    /// Whether a status is in the timeline of a list.
    pub(super) fn is_on_list(&self, owner: &AccountId, listed: &Listed, status: &Status) -> bool {
        if !listed.has(&status.account.id)
            || !self.sees(Some(owner), status)
            || self.is_unwanted_boost(owner, status)
        {
            return false;
        }
        let Some(answered) = &status.in_reply_to_account_id else {
            return true;
        };
        let is_known = *answered == status.account.id || answered == owner;
        is_known
            || match listed.list.replies_policy {
                RepliesPolicy::Followed => self.is_follower(owner, answered),
                RepliesPolicy::List => listed.has(answered),
                _ => false,
            }
    }

    /// Whether an account is on a list whose posts its owner does not want in the home timeline.
    pub(super) fn is_only_on_lists(&self, owner: &AccountId, account: &AccountId) -> bool {
        self.lists.values().any(|(its_owner, listed)| {
            its_owner == owner && listed.list.exclusive && listed.has(account)
        })
    }
}
