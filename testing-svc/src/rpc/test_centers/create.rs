//! CreateTestCenter: by the exam desk.

use chassis::caller::Caller;
use chassis::once::{self, Once};
use chassis::violation::Violations;
use chassis::{Result, audit};
use proto::testing::v1 as pb;
use tonic::Request;

use super::written;
use crate::domain::test_center::{Mode, TestCenter, time_zone};
use crate::rpc::{enums, parse};
use crate::{Context, store};

pub async fn create(
    ctx: &Context,
    request: Request<pb::CreateTestCenterRequest>,
) -> Result<pb::TestCenter> {
    let caller = Caller::of(&request);
    let pb = request.into_inner();
    let center = read(ctx, &pb)?;
    let write = match once::begin(
        &ctx.db,
        &ctx.clock,
        &caller,
        "CreateTestCenter",
        &pb.request_id,
        &pb,
    )
    .await?
    {
        Once::Answered(center) => return Ok(center),
        Once::Begun(write) => write,
    };
    let tx = write.tx();
    store::test_center::insert(tx, &center).await?;
    let name = center.name();
    audit::record(
        tx,
        &ctx.clock,
        &caller,
        "CreateTestCenter",
        &name,
        center.mode.as_str(),
    )
    .await?;
    write.commit(written(&center)).await
}

fn read(ctx: &Context, pb: &pb::CreateTestCenterRequest) -> Result<TestCenter> {
    let mut violations = Violations::new();
    parse::request_id(&mut violations, &pb.request_id);
    let Some(center) = &pb.test_center else {
        violations.add("test_center", "REQUIRED");
        return Err(violations.into());
    };
    let title = parse::localized(&mut violations, "test_center.title", center.title.clone());
    let mode = parse::word(
        &mut violations,
        "test_center.mode",
        center.mode,
        enums::from_mode,
    );
    let address = match (&center.address, mode) {
        // Who comes to a place has to find it.
        (None, Some(Mode::Online) | None) => None,
        (address, _) => Some(parse::localized(
            &mut violations,
            "test_center.address",
            address.clone(),
        )),
    };
    let time_zone = violations.take("test_center.time_zone", time_zone(&center.time_zone));
    let (Some(mode), Some(time_zone), true) = (mode, time_zone, violations.is_empty()) else {
        return Err(violations.into());
    };
    Ok(TestCenter {
        id: ctx.ids.uuid(),
        title,
        address,
        mode,
        time_zone,
        version: 1,
    })
}
