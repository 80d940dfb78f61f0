//! What a run notes before it creates what nothing but its tags will tell from another.
//!
//! AWS shows what was just made only after a while. A run that follows on one that died would not see, say, the VPC
//! that the dead one made a moment ago, and make another. So the address is noted first, where the next run finds it;
//! that one looks again, until it sees the resource or AWS has had time enough ([`crate::discover_awaiting`]).

use futures::future::{BoxFuture, FutureExt};

use crate::{Address, Result};

pub trait Journal: Send + Sync {
    /// Returns once the intention is kept.
    fn creating<'a>(&'a self, address: &'a Address) -> BoxFuture<'a, Result<()>>;

    /// The creation has been answered.
    fn created(&self, address: &Address);
}

/// For runs that nobody follows on, such as tests.
#[derive(Clone, Copy, Debug)]
pub struct NoJournal;

impl Journal for NoJournal {
    fn creating<'a>(&'a self, _: &'a Address) -> BoxFuture<'a, Result<()>> {
        async { Ok(()) }.boxed()
    }

    fn created(&self, _: &Address) {}
}
