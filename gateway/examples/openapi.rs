//! Prints the OpenAPI document: for validators, and for clients that generate code.

#![expect(clippy::print_stdout, reason = "what it is for")]

use gateway::comment::Comments;
use gateway::{openapi, route::Routes};
use prost_reflect::DescriptorPool;

fn main() -> anyhow::Result<()> {
    let pool = DescriptorPool::decode(proto::DESCRIPTOR)?;
    let routes = Routes::read(&pool, &gateway::route::access::SUITE)?;
    let comments = Comments::read(proto::DESCRIPTOR)?;
    println!("{}", openapi::document(&pool, &routes, &comments)?);
    Ok(())
}
