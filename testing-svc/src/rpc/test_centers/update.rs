//! UpdateTestCenter: by the exam desk. Whether it is rooms or the internet stays.

use chassis::caller::Caller;
use chassis::once::{self, Once};
use chassis::violation::Violations;
use chassis::{Error, Result, audit};
use proto::testing::v1 as pb;
use tonic::Request;

use super::written;
use crate::domain::test_center::{Mode, TestCenter, time_zone};
use crate::rpc::mask::Mask;
use crate::rpc::parse;
use crate::{Context, store};

const CHANGEABLE: &[&str] = &["title", "address", "time_zone"];

pub async fn update(
    ctx: &Context,
    request: Request<pb::UpdateTestCenterRequest>,
) -> Result<pb::TestCenter> {
    let caller = Caller::of(&request);
    let pb = request.into_inner();
    let wanted = pb.test_center.clone().unwrap_or_default();
    let mut violations = Violations::new();
    parse::request_id(&mut violations, &pb.request_id);
    let id = parse::test_center(&mut violations, "test_center.name", &wanted.name);
    let mask = Mask::read(&mut violations, pb.update_mask.as_ref(), CHANGEABLE);
    parse::inner_etag(&mut violations, "test_center.etag", &wanted.etag);
    let (Some(id), true) = (id, violations.is_empty()) else {
        return Err(violations.into());
    };
    let write = match once::begin(
        &ctx.db,
        &ctx.clock,
        &caller,
        "UpdateTestCenter",
        &pb.request_id,
        &pb,
    )
    .await?
    {
        Once::Answered(center) => return Ok(center),
        Once::Begun(write) => write,
    };
    let tx = write.tx();
    let mut center = store::test_center::lock(tx, id)
        .await?
        .ok_or_else(|| Error::NotFound(wanted.name.clone()))?;
    parse::fresh(&wanted.name, &wanted.etag, center.version)?;
    change(&mut center, &wanted, &mask)?;
    store::test_center::save(tx, &center).await?;
    center.version += 1;
    let name = center.name();
    audit::record(tx, &ctx.clock, &caller, "UpdateTestCenter", &name, "").await?;
    write.commit(written(&center)).await
}

fn change(center: &mut TestCenter, wanted: &pb::TestCenter, mask: &Mask) -> Result<()> {
    let mut violations = Violations::new();
    if mask.has("title") {
        let title = wanted.title.clone();
        center.title = parse::localized(&mut violations, "test_center.title", title);
    }
    if mask.has("address") {
        // Who comes to a place has to find it.
        let needed = center.mode == Mode::Onsite || wanted.address.is_some();
        center.address = needed.then(|| {
            let address = wanted.address.clone();
            parse::localized(&mut violations, "test_center.address", address)
        });
    }
    if mask.has("time_zone") {
        let zone = time_zone(&wanted.time_zone);
        if let Some(zone) = violations.take("test_center.time_zone", zone) {
            center.time_zone = zone;
        }
    }
    violations.into_result()
}
