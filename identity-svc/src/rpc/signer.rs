//! Who signed, and whether they may: one way for signing in and for every act that is signed later.

use chassis::Result;
use chassis::database::Tx;
use chassis::mask::Masked;
use jiff::Timestamp;

use crate::domain::refusal::Refusal;
use crate::domain::signature::Signer;
use crate::domain::signing_organisation::{Signatory, SigningOrganisation};
use crate::{Context, store};

/// Who signed this content for an organisation that is registered and lets them. Others are asked, so it
/// comes before a transaction.
///
/// # Errors
/// Every reason why a signature is not taken.
pub async fn checked(ctx: &Context, cms: &[u8], content: &[u8], now: Timestamp) -> Result<Signer> {
    let certificate = ctx.signatures.check(cms, content, now).await;
    let certificate = certificate.map_err(Refusal::Signature)?;
    let signer = certificate.signer().map_err(Refusal::Signature)?;
    let found = store::signing_organisation::find(ctx.db.read(), signer.bin).await?;
    let organisation = found.ok_or(Refusal::SigningOrganisationUnknown)?;
    let role = signer.role(&organisation.allowed_roles);
    role.map_err(Refusal::Signature)?;
    Ok(signer)
}

/// Who signed, kept as a signatory of the organisation, which is locked: it lets the role still.
///
/// # Errors
/// `SIGNER_ROLE_NOT_ALLOWED`, `SIGNATORY_BLOCKED`.
pub async fn keep(
    ctx: &Context,
    tx: &Tx,
    signer: &Signer,
    organisation: &SigningOrganisation,
    now: Timestamp,
) -> Result<Signatory> {
    let certificate = &signer.certificate;
    let role = signer.role(&organisation.allowed_roles);
    let signatory = Signatory {
        id: ctx.ids.uuid(),
        organisation: organisation.bin,
        role: role.map_err(Refusal::Signature)?,
        iin: certificate.iin,
        common_name: Masked::new(certificate.common_name.reveal().clone()),
        created: now,
        blocked: None,
    };
    let index = match certificate.iin {
        Some(iin) => ctx.secrets.iin_index(&iin.reveal()),
        // Nobody can say which person it is: then it is the certificate.
        None => ctx.secrets.certificate_index(&certificate.serial),
    };
    let kept = store::signatory::keep(&ctx.sealer, tx, signatory, &index, now).await?;
    kept.may_sign()?;
    Ok(kept)
}
