//! How many calls a program works on at once. Beyond that a call is refused at once, with a time to
//! come back at: a queue that grows helps nobody, since those at its end have left when it is their turn.

use std::sync::Arc;
use std::time::Duration;

use http::Extensions;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::error::{Error, Result};

/// When to come back. What is under way then has been answered many times over.
const COME_BACK: Duration = Duration::from_secs(1);

/// A place for each call of a program. Health is asked without one.
#[derive(Debug, Clone)]
pub struct Places {
    calls: Arc<Semaphore>,
    /// Uploads last as long as somebody's line needs: slow ones must not take everybody's places.
    patient: Arc<Semaphore>,
}

impl Places {
    pub fn new(calls: usize) -> Self {
        Self {
            calls: Arc::new(Semaphore::new(calls)),
            patient: Arc::new(Semaphore::new(calls.div_ceil(4))),
        }
    }
}

/// A place for one call, for as long as the value lives; none is needed within a process.
///
/// # Errors
/// `TOO_BUSY`, if all are taken.
pub(crate) fn place(call: &Extensions, is_patient: bool) -> Result<Option<OwnedSemaphorePermit>> {
    let Some(places) = call.get::<Places>() else {
        return Ok(None);
    };
    let places = match is_patient {
        true => &places.patient,
        false => &places.calls,
    };
    let place = places.clone().try_acquire_owned();
    place.map(Some).map_err(|_all_taken| Error::Busy(COME_BACK))
}
