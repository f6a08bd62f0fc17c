//! Path templates of `google.api.http`: `/v1/{name=campaigns/*/applications/*}/submit`.

use anyhow::{Context, bail, ensure};
use prost_reflect::{FieldDescriptor, Kind, MessageDescriptor};

/// One step of a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    Literal(String),
    /// `*`: any one segment.
    Any,
}

/// A part of the path that fills a field of the request.
#[derive(Debug, Clone)]
pub struct Variable {
    /// The way to the field: `section.name` is two of them.
    pub fields: Vec<FieldDescriptor>,
    /// The steps it is made of, as a range.
    pub steps: std::ops::Range<usize>,
}

#[derive(Debug, Clone)]
pub struct Template {
    /// As the contract has it. Logs and metrics name a request by this, never by its path.
    pub text: String,
    pub steps: Vec<Step>,
    pub variables: Vec<Variable>,
}

impl Template {
    /// Reads a template whose variables are string fields of `input`.
    ///
    /// # Errors
    /// On anything the contract doesn't use: `**`, a `:verb`, a variable that is no string field.
    pub fn parse(text: &str, input: &MessageDescriptor) -> anyhow::Result<Self> {
        let mut template = Self {
            text: text.to_owned(),
            steps: Vec::new(),
            variables: Vec::new(),
        };
        let mut rest = text.strip_prefix('/').context("does not begin with /")?;
        loop {
            let after = if let Some(inside) = rest.strip_prefix('{') {
                let (variable, after) = inside.split_once('}').context("a { without its }")?;
                template.add_variable(variable, input)?;
                after
            } else {
                let end = rest.find('/').unwrap_or(rest.len());
                template.add_step(&rest[..end])?;
                &rest[end..]
            };
            if after.is_empty() {
                return Ok(template);
            }
            rest = after
                .strip_prefix('/')
                .context("something between a segment and the next /")?;
        }
    }

    fn add_variable(&mut self, variable: &str, input: &MessageDescriptor) -> anyhow::Result<()> {
        let (path, pattern) = variable.split_once('=').unwrap_or((variable, "*"));
        let fields = field_path(input, path)
            .with_context(|| format!("{} has no field {path}", input.full_name()))?;
        let is_text = fields
            .last()
            .is_some_and(|field| field.kind() == Kind::String && !field.is_list());
        ensure!(is_text, "{path} is not a string");
        let from = self.steps.len();
        for step in pattern.split('/') {
            self.add_step(step)?;
        }
        let steps = from..self.steps.len();
        self.variables.push(Variable { fields, steps });
        Ok(())
    }

    fn add_step(&mut self, step: &str) -> anyhow::Result<()> {
        let step = match step {
            "*" => Step::Any,
            "" | "**" => bail!("a segment {step:?}"),
            _ if step.contains(['{', '}', '=', ':', '*', '%']) => bail!("a segment {step:?}"),
            _ => Step::Literal(step.to_owned()),
        };
        self.steps.push(step);
        Ok(())
    }
}

/// The fields along a dotted path: the proto name or the JSON name of each.
pub fn field_path(message: &MessageDescriptor, path: &str) -> Option<Vec<FieldDescriptor>> {
    let mut fields: Vec<FieldDescriptor> = Vec::new();
    for name in path.split('.') {
        let within = match fields.last() {
            None => message.clone(),
            Some(field) if field.is_list() || field.is_map() => return None,
            Some(field) => field.kind().as_message()?.clone(),
        };
        fields.push(field_named(&within, name)?);
    }
    Some(fields)
}

/// The field with this proto name or JSON name.
pub fn field_named(message: &MessageDescriptor, name: &str) -> Option<FieldDescriptor> {
    message
        .get_field_by_json_name(name)
        .or_else(|| message.get_field_by_name(name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use prost_reflect::DescriptorPool;

    fn input(name: &str) -> MessageDescriptor {
        let pool = DescriptorPool::decode(proto::DESCRIPTOR).expect("the contract");
        pool.get_message_by_name(name).expect("a message")
    }

    #[test]
    fn a_nested_variable_spans_its_steps() {
        let input = input("irikteu.questionnaire.v1.UpdateSectionRequest");
        let text = "/v1/{section.name=campaigns/*/applications/*/sections/*}/x";
        let template = Template::parse(text, &input).expect("a template");
        assert_eq!(template.steps.len(), 8);
        assert_eq!(template.variables[0].steps, 1..7);
        let names: Vec<_> = template.variables[0]
            .fields
            .iter()
            .map(|field| field.name().to_owned())
            .collect();
        assert_eq!(names, ["section", "name"]);
    }

    #[test]
    fn what_the_contract_does_not_use_is_refused() {
        let input = input("irikteu.identity.v1.GetAccountRequest");
        for bad in [
            "v1/x",
            "/v1/{name",
            "/v1/{colour}",
            "/v1/{name=**}",
            "/v1/x:cancel",
            "/v1//x",
            "/v1/{name=accounts/*}x",
            "/v1/",
        ] {
            assert!(Template::parse(bad, &input).is_err(), "{bad}");
        }
    }
}
