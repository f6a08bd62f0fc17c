//! PostgreSQL, one database a service, and Redis: as strict about the disk as in earnest.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, bail};
use xtask::servers::ServerUser;
use xtask::tools;

use super::doors::Door;
use super::layout::{Addresses, SERVICES};
use super::process::{Call, Places, Process};

/// The database of a service: `testing-svc` has `testing`.
pub fn database_name(service: &str) -> &str {
    service.trim_end_matches("-svc")
}

/// A new cluster in the folder, not started yet. One that is there is taken as it is.
pub fn postgres(folder: &Path, at: &Addresses, places: &Places) -> anyhow::Result<Process> {
    let programs = tools::postgres_programs()?;
    let user = ServerUser::find()?;
    let home = folder.join("postgres");
    let data = home.join("data");
    if !data.exists() {
        std::fs::create_dir_all(&home)?;
        if let Some(name) = &user.name {
            run(Command::new("chown").arg(name).arg(&home))?;
        }
        let mut initdb = command(&user, &programs.join("initdb"));
        initdb.arg("-D").arg(&data).args([
            "-U",
            "irikteu",
            "--auth=trust",
            "--encoding=UTF8",
            "--locale=C.UTF-8",
        ]);
        run(initdb.current_dir("/"))?;
    }
    let mut call = called(&user, &programs.join("postgres"));
    let address = at.postgres();
    for setting in [
        format!("port={}", address.port()),
        format!("listen_addresses={}", address.ip()),
        format!("unix_socket_directories={}", home.display()),
        "max_connections=300".into(),
        "jit=off".into(),
    ] {
        call.arguments.extend(["-c".into(), setting.into()]);
    }
    call.arguments.extend(["-D".into(), data.into_os_string()]);
    let door = Door::Postgres(format!("postgres://irikteu@{address}/postgres"));
    Ok(Process::new("postgres", address, door, call, places).ended_by("QUIT"))
}

/// A database for each service, where there is none.
pub async fn create_databases(at: &Addresses) -> anyhow::Result<()> {
    let url = format!("postgres://irikteu@{}/postgres", at.postgres());
    for (service, _) in SERVICES {
        chassis::testing::create_database(&url, database_name(service)).await?;
    }
    Ok(())
}

/// A Redis, not started yet.
pub fn redis(
    folder: &Path,
    at: &Addresses,
    places: &Places,
    keeps: bool,
) -> anyhow::Result<Process> {
    let home = folder.join("redis");
    std::fs::create_dir_all(&home)?;
    let user = ServerUser { name: None };
    let mut call = called(&user, &tools::redis_server()?);
    let address = at.redis();
    let (ip, port) = (address.ip().to_string(), address.port().to_string());
    let keeps = if keeps { "yes" } else { "no" };
    for word in [
        "--bind",
        &ip,
        "--port",
        &port,
        "--appendonly",
        keeps,
        "--save",
        "",
    ] {
        call.arguments.push(word.into());
    }
    call.arguments
        .extend(["--dir".into(), home.into_os_string()]);
    Ok(Process::new("redis", address, Door::Redis, call, places))
}

/// A call as this user: PostgreSQL refuses to be root.
fn called(user: &ServerUser, program: &Path) -> Call {
    let mut words = user.prefix();
    words.push(program.display().to_string());
    Call {
        program: words.remove(0).into(),
        arguments: words.into_iter().map(Into::into).collect(),
        ..Call::default()
    }
}

fn command(user: &ServerUser, program: &Path) -> Command {
    let call = called(user, program);
    let mut command = Command::new(call.program);
    command.args(call.arguments);
    command
}

fn run(command: &mut Command) -> anyhow::Result<()> {
    let output = command
        .output()
        .with_context(|| format!("{:?} can't be started", command.get_program()))?;
    if !output.status.success() {
        bail!(
            "{:?} failed: {}",
            command.get_program(),
            String::from_utf8_lossy(&output.stderr)
        );
    }
    Ok(())
}
