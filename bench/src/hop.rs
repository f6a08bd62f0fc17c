//! The gateway's hop: the same answers over HTTP through the gateway and over bare gRPC, in turn.

use std::time::Duration;

use anyhow::Result;
use proto::testing::v1::test_centers_client::TestCentersClient;
use proto::testing::v1::test_sessions_client::TestSessionsClient;
use proto::testing::v1::{GetTestCenterRequest, ListTestSessionsRequest};
use tonic::metadata::{Ascii, MetadataValue};
use tonic::transport::{Channel, Endpoint};

use crate::child::Child;
use crate::load::{self, AsyncCall, Connection, Http};
use crate::machine;
use crate::report::Row;

/// Calls under way at a time.
const AT_ONCE: usize = 16;
const REPEATS: usize = 5;
const TURN: Duration = Duration::from_millis(1500);

#[derive(Clone)]
enum Grpc {
    Center,
    List,
}

#[derive(Clone)]
struct Caller {
    channel: Channel,
    token: MetadataValue<Ascii>,
}

impl AsyncCall<Caller> for Grpc {
    async fn once(&mut self, caller: &mut Caller) -> Result<()> {
        let signed = |it: &mut tonic::metadata::MetadataMap| {
            it.insert("authorization", caller.token.clone());
        };
        match self {
            Self::Center => {
                let name = "testCenters/astana".to_owned();
                let mut request = tonic::Request::new(GetTestCenterRequest { name });
                signed(request.metadata_mut());
                let mut client = TestCentersClient::new(caller.channel.clone());
                client.get_test_center(request).await?;
            }
            Self::List => {
                let mut request = tonic::Request::new(ListTestSessionsRequest {
                    parent: "campaigns/c/stages/s".to_owned(),
                    ..Default::default()
                });
                signed(request.metadata_mut());
                let mut client = TestSessionsClient::new(caller.channel.clone());
                client.list_test_sessions(request).await?;
            }
        }
        Ok(())
    }
}

pub async fn measure() -> Result<Vec<Row>> {
    let child = Child::start("hop").await?;
    let endpoint = Endpoint::from_shared(child.text("grpc")?.to_owned())?;
    let token = format!("Bearer {}", child.text("token")?).parse()?;
    let caller = Caller {
        channel: endpoint.connect().await?,
        token,
    };
    let mut rows = Vec::new();
    for (what, goal, grpc, path) in [
        (
            "one small answer",
            0.6,
            Grpc::Center,
            "/v1/testCenters/astana",
        ),
        (
            "a list of 50",
            0.6,
            Grpc::List,
            "/v1/campaigns/c/stages/s/sessions",
        ),
    ] {
        let http = Http::get(path, "a-token");
        let mut connections = Vec::new();
        for _ in 0..AT_ONCE {
            connections.push(load::connect(child.text("http")?).await?);
        }
        let found = in_turn(&child, &caller, &grpc, &http, connections).await?;
        rows.push(found.row(what, goal));
    }
    Ok(rows)
}

/// Rates of both sides, turn by turn, and the CPU of the served side per call.
#[derive(Default)]
struct Found {
    bare: Vec<f64>,
    gateway: Vec<f64>,
    bare_cpu: Vec<f64>,
    gateway_cpu: Vec<f64>,
}

async fn in_turn(
    child: &Child,
    caller: &Caller,
    grpc: &Grpc,
    http: &Http,
    mut connections: Vec<Connection>,
) -> Result<Found> {
    let mut callers = vec![caller.clone(); AT_ONCE];
    let mut found = Found::default();
    for turn in 0..=REPEATS {
        let before = machine::cpu_seconds(child.pid())?;
        let (bare, back) = load::run(callers, TURN, grpc.clone()).await?;
        callers = back;
        let between = machine::cpu_seconds(child.pid())?;
        let (through, back) = load::run(connections, TURN, http.clone()).await?;
        connections = back;
        let after = machine::cpu_seconds(child.pid())?;
        // The first turn warms up.
        if turn > 0 {
            found.bare.push(bare.rate());
            found.gateway.push(through.rate());
            found
                .bare_cpu
                .push((between - before) * 1e6 / bare.calls as f64);
            found
                .gateway_cpu
                .push((after - between) * 1e6 / through.calls as f64);
        }
    }
    Ok(found)
}

impl Found {
    fn row(self, what: &str, goal: f64) -> Row {
        let ratios = self.gateway.iter().zip(&self.bare).map(|(a, b)| a / b);
        let ratio = load::median(ratios.collect());
        let detail = format!(
            "{:.0} against {:.0} calls/s; {:.0} against {:.0} µs of CPU a call on the served side",
            load::median(self.gateway),
            load::median(self.bare),
            load::median(self.gateway_cpu),
            load::median(self.bare_cpu),
        );
        Row::at_least(
            &format!("the gateway's hop, {what}"),
            "the same call over bare gRPC",
            ratio,
            goal,
            detail,
        )
    }
}
