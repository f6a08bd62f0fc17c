//! Accounts made without a registration: for the first start of a demonstration, and to give a
//! new installation its first administrator. A college for the demonstration, too.

use anyhow::{anyhow, bail};
use chassis::caller::{Caller, Role};
use chassis::identifier::Bin;
use chassis::mask::Masked;
use chassis::text::Language;
use chassis::{audit, clock};

use crate::domain::account::{self, Account};
use crate::domain::signature::SignerRole;
use crate::domain::signing_organisation::{Kind, SigningOrganisation, Title};
use crate::domain::{login, password};
use crate::registry::Found;
use crate::secrets::Secrets;
use crate::store::account::Indexes;
use crate::{Context, Wiring, events, store};

/// An account to be made.
#[derive(Debug, Clone)]
pub struct SeedAccount<'a> {
    /// Of a person whom the registry knows.
    pub iin: &'a str,
    pub email: &'a str,
    pub password: Masked<String>,
    pub language: Language,
    pub roles: &'a [Role],
}

/// Makes the account where there is none with its IIN, and returns its name. One that is there
/// is left as it is.
///
/// # Errors
/// If the IIN or the address is wrong, the registry does not know the person, or the address
/// belongs to another account.
pub async fn account(wiring: &Wiring, seed: SeedAccount<'_>) -> anyhow::Result<String> {
    let iin = login::iin(seed.iin).map_err(|reason| anyhow!("the IIN of the account: {reason}"))?;
    let email = login::email(seed.email)
        .map_err(|reason| anyhow!("the address of the account: {reason}"))?;
    let secrets = Secrets::new(wiring.config.index_key.reveal());
    let iin_index = secrets.iin_index(&iin.reveal());
    let email_index = secrets.email_index(email.reveal());
    let by_iin = Indexes {
        iin: &iin_index,
        email: "",
    };
    if let Some(id) =
        inside(store::account::with_either_index(wiring.db.read(), &by_iin).await)?.first()
    {
        return Ok(account::name(*id));
    }
    let ctx = Context::new(wiring.clone()).await?;
    let hash = inside(
        ctx.hasher
            .hash(&password::normal(seed.password.reveal()), &ctx.ids)
            .await,
    )?;
    let account = Account {
        id: ctx.ids.uuid(),
        iin: Masked::new(iin.reveal()),
        email,
        language: seed.language,
        person: match ctx.registry.find(iin).await {
            Found::Known(person) => *person,
            Found::Unknown => bail!("the registry does not know the person"),
            Found::NoAnswer => bail!("the registry does not answer"),
        },
        roles: seed.roles.to_vec(),
        created: clock::from_us(clock::to_us(ctx.clock.now())),
        version: 1,
    };
    let tx = ctx.db.begin().await?;
    let indexes = Indexes {
        iin: &iin_index,
        email: &email_index,
    };
    let made = inside(store::account::insert(&ctx.sealer, &tx, &account, &indexes, &hash).await)?;
    anyhow::ensure!(made, "another account has the address of the account");
    inside(events::publish::account_created(&ctx, &tx, account.id, None).await)?;
    let by = Caller::Service(crate::NAME.into());
    let roles = account
        .roles
        .iter()
        .map(|role| role.as_str())
        .collect::<Vec<_>>()
        .join(" ");
    audit::record(&tx, &ctx.clock, &by, "SeedAccount", &account.name(), &roles).await?;
    ctx.db.commit(tx).await?;
    Ok(account.name())
}

/// Registers an organisation that lets all roles sign, unless its BIN is registered.
///
/// # Errors
/// If the BIN is wrong or the database does not answer.
pub async fn organisation(
    wiring: &Wiring,
    bin: &str,
    title: Title,
    kind: Kind,
) -> anyhow::Result<()> {
    let bin = Bin::parse(bin).map_err(|reason| anyhow!("the BIN of an organisation: {reason}"))?;
    let organisation = SigningOrganisation {
        bin,
        title,
        kind,
        allowed_roles: SignerRole::ALL.to_vec(),
        signing_rules: Vec::new(),
        created: wiring.clock.now(),
        version: 1,
    };
    let tx = wiring.db.begin().await?;
    if inside(store::signing_organisation::insert(&tx, &organisation).await)? {
        let by = Caller::Service(crate::NAME.into());
        let (name, roles) = (organisation.name(), organisation.roles_in_words());
        audit::record(
            &tx,
            &wiring.clock,
            &by,
            "SeedSigningOrganisation",
            &name,
            &roles,
        )
        .await?;
    }
    Ok(wiring.db.commit(tx).await?)
}

fn inside<T>(outcome: chassis::Result<T>) -> anyhow::Result<T> {
    outcome.map_err(|error| anyhow!("{error:?}"))
}
