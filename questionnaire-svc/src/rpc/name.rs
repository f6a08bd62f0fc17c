//! Resource names ⇄ the ids inside.

use chassis::Result;
use chassis::name::capture;
use chassis::violation::Violations;
use uuid::Uuid;

/// `campaigns/{campaign}/applications/{application}`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApplicationName {
    pub campaign: String,
    pub id: String,
}

impl ApplicationName {
    /// # Errors
    /// `REQUIRED` or `INVALID_NAME` for the field.
    pub fn parse(field: &str, name: &str) -> Result<Self> {
        let [campaign, id] = ids(field, "campaigns/*/applications/*", name)?;
        Ok(Self {
            campaign: campaign.to_owned(),
            id: id.to_owned(),
        })
    }

    /// The application and the id after it: `…/sections/{section}`.
    ///
    /// # Errors
    /// `REQUIRED` or `INVALID_NAME` for the field.
    pub fn parse_child(field: &str, child: &str, name: &str) -> Result<(Self, String)> {
        let pattern = format!("campaigns/*/applications/*/{child}/*");
        let [campaign, id, below] = ids(field, &pattern, name)?;
        let application = Self {
            campaign: campaign.to_owned(),
            id: id.to_owned(),
        };
        Ok((application, below.to_owned()))
    }
}

impl std::fmt::Display for ApplicationName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "campaigns/{}/applications/{}", self.campaign, self.id)
    }
}

/// The id in `campaigns/{campaign}`.
///
/// # Errors
/// `REQUIRED` or `INVALID_NAME` for the field.
pub fn campaign<'a>(field: &str, name: &'a str) -> Result<&'a str> {
    let [id] = ids(field, "campaigns/*", name)?;
    Ok(id)
}

/// The id in `accounts/{account}`.
///
/// # Errors
/// `REQUIRED` or `INVALID_NAME` for the field.
pub fn account(field: &str, name: &str) -> Result<Uuid> {
    let [id] = ids(field, "accounts/*", name)?;
    Uuid::parse_str(id).map_err(|_| Violations::one(field, "INVALID_NAME").into())
}

/// The id in `newsItems/{news_item}`.
///
/// # Errors
/// `REQUIRED` or `INVALID_NAME` for the field.
pub fn news_item<'a>(field: &str, name: &'a str) -> Result<&'a str> {
    let [id] = ids(field, "newsItems/*", name)?;
    Ok(id)
}

/// The id in `specialties/{specialty}`.
///
/// # Errors
/// `REQUIRED` or `INVALID_NAME` for the field.
pub fn specialty<'a>(field: &str, name: &'a str) -> Result<&'a str> {
    let [id] = ids(field, "specialties/*", name)?;
    Ok(id)
}

/// The id in `boardActions/{board_action}`.
///
/// # Errors
/// `REQUIRED` or `INVALID_NAME` for the field.
pub fn board_action<'a>(field: &str, name: &'a str) -> Result<&'a str> {
    let [id] = ids(field, "boardActions/*", name)?;
    Ok(id)
}

/// The id in `examSittings/{exam_sitting}`.
///
/// # Errors
/// `REQUIRED` or `INVALID_NAME` for the field.
pub fn exam_sitting<'a>(field: &str, name: &'a str) -> Result<&'a str> {
    let [id] = ids(field, "examSittings/*", name)?;
    Ok(id)
}

/// The id in `colleges/{bin}/serviceRequests/{service_request}`. A request is found by it, and has to have the
/// whole name.
///
/// # Errors
/// `REQUIRED` or `INVALID_NAME` for the field.
pub fn service_request<'a>(field: &str, name: &'a str) -> Result<&'a str> {
    let [_, id] = ids(field, "colleges/*/serviceRequests/*", name)?;
    Ok(id)
}

/// The id in `memberships/{membership}`.
///
/// # Errors
/// `REQUIRED` or `INVALID_NAME` for the field.
pub fn membership<'a>(field: &str, name: &'a str) -> Result<&'a str> {
    let [id] = ids(field, "memberships/*", name)?;
    Ok(id)
}

/// The id in `dictionaries/{dictionary}`.
///
/// # Errors
/// `REQUIRED` or `INVALID_NAME` for the field.
pub fn dictionary<'a>(field: &str, name: &'a str) -> Result<&'a str> {
    let [id] = ids(field, "dictionaries/*", name)?;
    Ok(id)
}

/// The ids in `forms/{form}/revisions/{revision}`.
///
/// # Errors
/// `REQUIRED` or `INVALID_NAME` for the field.
pub fn form_revision<'a>(field: &str, name: &'a str) -> Result<(&'a str, &'a str)> {
    let [form, revision] = ids(field, "forms/*/revisions/*", name)?;
    Ok((form, revision))
}

/// The id in `forms/{form}`.
///
/// # Errors
/// `REQUIRED` or `INVALID_NAME` for the field.
pub fn form<'a>(field: &str, name: &'a str) -> Result<&'a str> {
    let [id] = ids(field, "forms/*", name)?;
    Ok(id)
}

/// The id in `campaigns/{campaign}/applications/{application}/choices/{choice}`.
pub fn choice_id(name: &str) -> Option<&str> {
    capture::<3>("campaigns/*/applications/*/choices/*", name).map(|[_, _, id]| id)
}

/// The only id of a name of this shape.
pub fn id_of<'a>(pattern: &str, name: &'a str) -> Option<&'a str> {
    capture::<1>(pattern, name).map(|[id]| id)
}

/// Why a name can't be read.
pub fn reason(name: &str) -> &'static str {
    if name.is_empty() {
        "REQUIRED"
    } else {
        "INVALID_NAME"
    }
}

fn ids<'a, const N: usize>(field: &str, pattern: &str, name: &'a str) -> Result<[&'a str; N]> {
    capture(pattern, name).ok_or_else(|| Violations::one(field, reason(name)).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_read_and_written_back() {
        let text = "campaigns/reserve-2025/applications/0197-a";
        let name = ApplicationName::parse("name", text).expect("a name");
        assert_eq!(name.to_string(), text);
        let (above, section) =
            ApplicationName::parse_child("name", "sections", &format!("{text}/sections/education"))
                .expect("a name");
        assert_eq!((above, section.as_str()), (name, "education"));
    }

    #[test]
    fn a_name_of_another_shape_is_a_violation_of_its_field() {
        for bad in [
            "",
            "x",
            "campaigns/a",
            "campaigns/a/applications/b/c",
            "campaigns/a/applications/..",
        ] {
            assert!(ApplicationName::parse("name", bad).is_err(), "{bad}");
        }
        assert!(account("account", "accounts/me").is_err());
    }
}
