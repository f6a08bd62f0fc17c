//! The style of the contract, read off the descriptor: what a reviewer would otherwise have to see.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test says no by panicking"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use prost_reflect::{
    DescriptorPool, DynamicMessage, EnumDescriptor, FieldDescriptor, FileDescriptor, Kind,
    MessageDescriptor, MethodDescriptor, Value,
};

static POOL: LazyLock<DescriptorPool> =
    LazyLock::new(|| DescriptorPool::decode(proto::DESCRIPTOR).expect("the descriptor decodes"));

/// Uploads are safe to repeat by their content: the same bytes again change nothing.
const SAFE_TO_REPEAT: &[&str] = &["irikteu.questionnaire.v1.Documents.UploadDocument"];

/// First words of RPCs that change nothing.
const READING_VERBS: &[&str] = &[
    "Get", "List", "Download", "Show", "LookUp", "Exchange", "Verify", "Find", "Watch", "Stream",
];

/// Changes nothing, and is a POST all the same: what it asks about has a name in it, and belongs into
/// no address.
const READING_BY_POST: &[&str] = &["irikteu.testing.v1.Certificates.VerifyCertificate"];

// ---- comments ----

#[test]
fn everything_has_a_comment() {
    let mut bare = Vec::new();
    for file in files() {
        let comments = comments(&file);
        let mut check = |path: &[i32], name: &str| {
            if comments.get(path).is_none_or(|text| text.trim().is_empty()) {
                bare.push(name.to_owned());
            }
        };
        for service in file.services() {
            check(service.path(), service.full_name());
            for method in service.methods() {
                check(method.path(), method.full_name());
            }
        }
        for message in all_messages(file.messages()) {
            check(message.path(), message.full_name());
            for field in message.fields() {
                check(field.path(), field.full_name());
            }
        }
        for one in file_enums(&file) {
            check(one.path(), one.full_name());
            for value in one.values() {
                check(value.path(), value.full_name());
            }
        }
    }
    nothing(&bare);
}

#[test]
fn every_rpc_lists_its_errors() {
    let silent = methods()
        .filter(|method| !comment_of(method).contains("Errors:"))
        .map(|method| method.full_name().to_owned())
        .collect::<Vec<_>>();
    nothing(&silent);
}

#[test]
fn every_reason_has_a_worked_example() {
    let mut wrong = Vec::new();
    for file in files().filter(|file| file.name().ends_with("/error_reason.proto")) {
        let comments = comments(&file);
        for one in file.enums() {
            for value in one.values().filter(|value| value.number() != 0) {
                let text = comments.get(value.path()).cloned().unwrap_or_default();
                let code_told = one.name() != "ErrorReason" || text.contains("Code ");
                if !text.contains("Example:") || !code_told {
                    wrong.push(value.full_name().to_owned());
                }
            }
        }
    }
    nothing(&wrong);
}

#[test]
fn every_service_package_has_its_reasons() {
    let mut without = Vec::new();
    for package in services()
        .map(|service| service.package_name().to_owned())
        .collect::<BTreeSet<_>>()
    {
        for name in ["ErrorReason", "ViolationReason"] {
            let full = format!("{package}.{name}");
            if POOL.get_enum_by_name(&full).is_none() {
                without.push(full);
            }
        }
    }
    nothing(&without);
}

#[test]
fn errors_named_in_comments_exist() {
    let known = files()
        .flat_map(|file| file.enums().collect::<Vec<_>>())
        .filter(|one| one.name() == "ErrorReason" || one.name() == "ViolationReason")
        .flat_map(|one| {
            let prefix = prefix_of(&one);
            one.values()
                .map(|value| value.name().trim_start_matches(&prefix).to_owned())
                .collect::<Vec<_>>()
        })
        .collect::<BTreeSet<_>>();
    let mut unknown = Vec::new();
    for method in methods() {
        let text = comment_of(&method);
        let Some((_, errors)) = text.split_once("Errors:") else {
            continue;
        };
        for word in errors.split(|letter: char| !(letter.is_ascii_uppercase() || letter == '_')) {
            let starred = word.ends_with('_') && known.iter().any(|name| name.starts_with(word));
            if word.len() > 3 && !starred && !known.contains(word) {
                unknown.push(format!("{}: {word}", method.full_name()));
            }
        }
    }
    nothing(&unknown);
}

#[test]
fn an_rpc_without_http_says_internal_or_is_for_partners() {
    let wrong = methods()
        .filter(|method| http(method).is_none())
        .filter(|method| method.parent_service().package_name() != "irikteu.partner.v1")
        .filter(|method| !comment_of(method).trim_start().starts_with("Internal:"))
        .map(|method| method.full_name().to_owned())
        .collect::<Vec<_>>();
    nothing(&wrong);
}

// ---- requests and answers ----

#[test]
fn every_request_that_changes_something_has_a_request_id() {
    let without = methods()
        .filter(|method| !is_reading(method) && !SAFE_TO_REPEAT.contains(&method.full_name()))
        .filter(|method| !has_field(&method.input(), "request_id", &Kind::String))
        .map(|method| method.full_name().to_owned())
        .collect::<Vec<_>>();
    nothing(&without);
}

#[test]
fn reading_requests_have_no_request_id_and_are_http_get() {
    let wrong = methods()
        .filter(is_reading)
        .filter(|method| {
            method.input().get_field_by_name("request_id").is_some()
                || http(method).is_some_and(|route| route.verb != verb(method))
        })
        .map(|method| method.full_name().to_owned())
        .collect::<Vec<_>>();
    nothing(&wrong);
}

#[test]
fn lists_come_in_pages() {
    let wrong = methods()
        .filter(|method| method.name().starts_with("List"))
        .filter(|method| {
            let (asked, answered) = (method.input(), method.output());
            let items = answered.fields().filter(|field| field.is_list()).count();
            !(has_field(&asked, "page_size", &Kind::Int32)
                && has_field(&asked, "page_token", &Kind::String)
                && has_field(&answered, "next_page_token", &Kind::String)
                && items == 1)
        })
        .map(|method| method.full_name().to_owned())
        .collect::<Vec<_>>();
    nothing(&wrong);
}

#[test]
fn creates_and_updates_take_and_return_the_resource() {
    let mut wrong = Vec::new();
    for method in methods() {
        let verb = ["Create", "Update"]
            .into_iter()
            .find(|verb| method.name().starts_with(verb));
        let Some(verb) = verb else { continue };
        // Signing in takes credentials, not a session; of a challenge nothing is the caller's to say, and
        // a signature says everything of itself.
        let says_nothing_of_it = [
            "irikteu.identity.v1.Sessions.CreateSession",
            "irikteu.identity.v1.SignInChallenges.CreateSignInChallenge",
            "irikteu.identity.v1.Signatures.CreateSignature",
        ];
        if says_nothing_of_it.contains(&method.full_name()) {
            continue;
        }
        let resource = method.output();
        let noun = method.name().trim_start_matches(verb);
        let takes_it = method
            .input()
            .fields()
            .any(|field| matches!(field.kind(), Kind::Message(message) if message == resource));
        let masked = verb != "Update" || method.input().get_field_by_name("update_mask").is_some();
        if noun != resource.name() || !takes_it || !masked {
            wrong.push(method.full_name().to_owned());
        }
    }
    nothing(&wrong);
}

#[test]
fn requests_belong_to_one_rpc() {
    let mut seen = BTreeMap::<String, String>::new();
    let mut shared = Vec::new();
    for method in methods() {
        let request = method.input();
        let earlier = seen.insert(
            request.full_name().to_owned(),
            method.full_name().to_owned(),
        );
        if earlier.is_some() || request.name() != format!("{}Request", method.name()) {
            shared.push(method.full_name().to_owned());
        }
    }
    nothing(&shared);
}

// ---- fields ----

#[test]
fn time_fields_are_timestamps_and_timestamps_are_time_fields() {
    let wrong = fields()
        .filter(|field| {
            let timestamp = is_message(field, "google.protobuf.Timestamp");
            timestamp != field.name().ends_with("_time")
        })
        .map(|field| field.full_name().to_owned())
        .collect::<Vec<_>>();
    nothing(&wrong);
}

#[test]
fn civil_dates_are_dates() {
    let wrong = fields()
        .filter(|field| {
            let date = is_message(field, "google.type.Date");
            let named = field.name() == "date"
                || field.name().ends_with("_date")
                || field.name() == "valid_until";
            date != named
        })
        .map(|field| field.full_name().to_owned())
        .collect::<Vec<_>>();
    nothing(&wrong);
}

#[test]
fn no_field_is_a_bool_called_success_and_none_is_json_in_a_string() {
    let wrong = fields()
        .filter(|field| {
            field.name() == "success" || field.name() == "ok" || field.name().contains("json")
        })
        .map(|field| field.full_name().to_owned())
        .collect::<Vec<_>>();
    nothing(&wrong);
}

#[test]
fn names_of_resources_are_identifiers_and_states_are_output_only() {
    let requests = methods().map(|method| method.input()).collect::<Vec<_>>();
    let updated = methods()
        .filter(|method| method.name().starts_with("Update"))
        .map(|method| method.output())
        .collect::<Vec<_>>();
    let mut wrong = Vec::new();
    for message in messages().filter(|message| !requests.contains(message)) {
        for field in message.fields() {
            let behaviors = behaviors(&field);
            let right = match field.name() {
                "name" => behaviors.contains("IDENTIFIER"),
                "state" | "create_time" | "update_time" => behaviors.contains("OUTPUT_ONLY"),
                // Update takes the etag back inside the resource, other RPCs in the request.
                "etag" => behaviors.contains("OUTPUT_ONLY") != updated.contains(&message),
                _ => true,
            };
            if !right {
                wrong.push(field.full_name().to_owned());
            }
        }
    }
    nothing(&wrong);
}

#[test]
fn every_field_says_whether_it_is_required_or_output_only() {
    let mut wrong = Vec::new();
    for message in messages() {
        // Answers of lists and events are output as a whole.
        let whole = message.package_name() == "irikteu.events.v1"
            || (message.name().starts_with("List") && message.name().ends_with("Response"));
        if whole {
            continue;
        }
        for field in message
            .fields()
            .filter(|it| it.containing_oneof().is_none())
        {
            if behaviors(&field).is_empty() {
                wrong.push(field.full_name().to_owned());
            }
        }
    }
    nothing(&wrong);
}

#[test]
fn required_and_output_only_are_in_the_comment_too() {
    let mut wrong = Vec::new();
    for file in files() {
        let comments = comments(&file);
        for field in all_messages(file.messages())
            .iter()
            .flat_map(|message| message.fields().collect::<Vec<_>>())
        {
            let text = comments.get(field.path()).cloned().unwrap_or_default();
            let behaviors = behaviors(&field);
            let told = |word: &str| text.contains(word);
            let agree = (!behaviors.contains("REQUIRED") || told("REQUIRED"))
                && (!behaviors.contains("OUTPUT_ONLY") || told("OUTPUT_ONLY"));
            if !agree {
                wrong.push(field.full_name().to_owned());
            }
        }
    }
    nothing(&wrong);
}

#[test]
fn fields_with_personal_data_are_masked() {
    const PERSONAL: &[&str] = &[
        "iin",
        "email",
        "login",
        "password",
        "family_name",
        "given_name",
        "patronymic",
        "birth_date",
        "birth_place",
        "answers",
        "certificate_number",
        "access_token",
        "refresh_token",
        "caller_token",
        "launch_token",
        "launch_url",
    ];
    let open = fields()
        .filter(|field| PERSONAL.contains(&field.name()))
        // The address of a test system, not of a person's launch.
        .filter(|field| field.full_name() != "irikteu.testing.v1.Stage.launch_url")
        .filter(|field| !is_masked(field))
        .map(|field| field.full_name().to_owned())
        .collect::<Vec<_>>();
    nothing(&open);
}

#[test]
fn debug_masks_what_is_marked() {
    let request = proto::identity::v1::CreateSessionRequest {
        login: "aigerim@example.kz".to_owned(),
        password: "a very long secret".to_owned(),
        request_id: "1".to_owned(),
    };
    let shown = format!("{request:?}");
    assert_eq!(
        shown,
        "CreateSessionRequest { login: ***, password: ***, request_id: \"1\" }"
    );

    let proof = proto::identity::v1::prove_registration_email_request::Proof::Code("123456".into());
    assert_eq!(format!("{proof:?}"), "Proof(***)");
}

// ---- enums ----

#[test]
fn enums_begin_with_unspecified_and_prefix_their_values() {
    let mut wrong = Vec::new();
    for one in enums() {
        let prefix = prefix_of(&one);
        for value in one.values() {
            let zero = value.number() == 0;
            let unspecified = value.name() == format!("{prefix}UNSPECIFIED");
            if !value.name().starts_with(&prefix) || zero != unspecified {
                wrong.push(value.full_name().to_owned());
            }
        }
    }
    nothing(&wrong);
}

// ---- http ----

#[test]
fn paths_start_with_v1_and_have_no_colon() {
    let wrong = routes()
        .filter(|(_, route)| !route.path.starts_with("/v1/") || route.path.contains(':'))
        .map(|(method, route)| format!("{} {}", method.full_name(), route.path))
        .collect::<Vec<_>>();
    nothing(&wrong);
}

#[test]
fn path_variables_are_string_fields_of_the_request() {
    let mut wrong = Vec::new();
    for (method, route) in routes() {
        for variable in route.variables() {
            let mut message = Some(method.input());
            let mut last = None;
            for step in variable.split('.') {
                let field = message.and_then(|it| it.get_field_by_name(step));
                message = field.as_ref().and_then(|field| match field.kind() {
                    Kind::Message(inner) => Some(inner),
                    _ => None,
                });
                last = field;
            }
            if last.is_none_or(|field| field.kind() != Kind::String) {
                wrong.push(format!("{} {variable}", method.full_name()));
            }
        }
    }
    nothing(&wrong);
}

#[test]
fn bodies_are_everything_or_a_field_of_the_request() {
    let mut wrong = Vec::new();
    for (method, route) in routes() {
        let body_exists = route.body == "*"
            || (!route.body.is_empty() && method.input().get_field_by_name(&route.body).is_some());
        let right = match route.verb.as_str() {
            "GET" | "DELETE" => route.body.is_empty(),
            _ => body_exists,
        };
        if !right {
            wrong.push(format!("{} body {:?}", method.full_name(), route.body));
        }
    }
    nothing(&wrong);
}

#[test]
fn no_two_rpcs_share_a_route() {
    let mut seen = BTreeMap::<String, String>::new();
    let mut shared = Vec::new();
    for (method, route) in routes() {
        // Two routes collide when they differ in the names of variables only.
        let key = format!("{} {}", route.verb, route.shape());
        if let Some(other) = seen.insert(key, method.full_name().to_owned()) {
            shared.push(format!("{} and {other}", method.full_name()));
        }
    }
    nothing(&shared);
}

#[test]
fn partners_and_http_are_kept_apart() {
    let wrong = routes()
        .filter(|(method, _)| method.parent_service().package_name() == "irikteu.partner.v1")
        .map(|(method, _)| method.full_name().to_owned())
        .collect::<Vec<_>>();
    nothing(&wrong);
}

#[test]
fn the_list_of_rpcs_agrees_with_the_descriptor() {
    let listed = proto::RPCS
        .iter()
        .map(|rpc| (rpc.path.to_owned(), rpc.over_http))
        .collect::<BTreeMap<_, _>>();
    let described = methods()
        .map(|method| {
            let service = method.parent_service();
            let path = format!("/{}/{}", service.full_name(), method.name());
            (path, http(&method).is_some())
        })
        .collect::<BTreeMap<_, _>>();
    assert_eq!(listed, described);
}

// ---- reading the descriptor ----

/// Where an RPC is over HTTP.
struct Route {
    verb: String,
    path: String,
    body: String,
}

impl Route {
    /// The names of the variables: `section.name` of `/v1/{section.name=…}`.
    fn variables(&self) -> Vec<String> {
        self.path
            .split('{')
            .skip(1)
            .filter_map(|rest| rest.split(['=', '}']).next())
            .map(str::to_owned)
            .collect()
    }

    /// The path without the names of its variables: `/v1/sessions/*/end`.
    fn shape(&self) -> String {
        let mut shape = String::new();
        for (at, piece) in self.path.split(['{', '}']).enumerate() {
            let inside = at % 2 == 1;
            let pattern = piece.split_once('=').map_or("*", |(_, pattern)| pattern);
            shape.push_str(if inside { pattern } else { piece });
        }
        shape
    }
}

fn files() -> impl Iterator<Item = FileDescriptor> {
    POOL.files()
        .filter(|file| file.package_name().starts_with("irikteu."))
}

fn services() -> impl Iterator<Item = prost_reflect::ServiceDescriptor> {
    POOL.services()
}

fn methods() -> impl Iterator<Item = MethodDescriptor> {
    services().flat_map(|service| service.methods().collect::<Vec<_>>())
}

fn routes() -> impl Iterator<Item = (MethodDescriptor, Route)> {
    methods().filter_map(|method| http(&method).map(|route| (method, route)))
}

fn messages() -> impl Iterator<Item = MessageDescriptor> {
    POOL.all_messages()
        .filter(|it| it.package_name().starts_with("irikteu.") && !it.is_map_entry())
}

fn fields() -> impl Iterator<Item = FieldDescriptor> {
    messages().flat_map(|message| message.fields().collect::<Vec<_>>())
}

fn enums() -> impl Iterator<Item = EnumDescriptor> {
    POOL.all_enums()
        .filter(|one| one.package_name().starts_with("irikteu."))
}

fn all_messages(some: impl Iterator<Item = MessageDescriptor>) -> Vec<MessageDescriptor> {
    some.filter(|message| !message.is_map_entry())
        .flat_map(|message| {
            let inner = all_messages(message.child_messages());
            std::iter::once(message).chain(inner)
        })
        .collect()
}

fn file_enums(file: &FileDescriptor) -> Vec<EnumDescriptor> {
    let nested = all_messages(file.messages())
        .iter()
        .flat_map(|message| message.child_enums().collect::<Vec<_>>())
        .collect::<Vec<_>>();
    file.enums().chain(nested).collect()
}

fn comments(file: &FileDescriptor) -> BTreeMap<Vec<i32>, String> {
    let info = file.file_descriptor_proto().source_code_info.clone();
    info.expect("the descriptor keeps comments")
        .location
        .into_iter()
        .map(|location| (location.path, location.leading_comments.unwrap_or_default()))
        .collect()
}

fn comment_of(method: &MethodDescriptor) -> String {
    comments(&method.parent_file())
        .get(method.path())
        .cloned()
        .unwrap_or_default()
}

fn http(method: &MethodDescriptor) -> Option<Route> {
    let extension = POOL.get_extension_by_name("google.api.http")?;
    let options = method.options();
    if !options.has_extension(&extension) {
        return None;
    }
    let Value::Message(rule) = options.get_extension(&extension).into_owned() else {
        panic!("google.api.http is a message");
    };
    let text = |rule: &DynamicMessage, name: &str| {
        let value = rule.get_field_by_name(name).expect("a field of HttpRule");
        value.as_str().unwrap_or_default().to_owned()
    };
    let verb = ["get", "put", "post", "delete", "patch"]
        .into_iter()
        .find(|verb| rule.has_field_by_name(verb))?;
    Some(Route {
        verb: verb.to_uppercase(),
        path: text(&rule, verb),
        body: text(&rule, "body"),
    })
}

fn behaviors(field: &FieldDescriptor) -> BTreeSet<String> {
    let extension = POOL
        .get_extension_by_name("google.api.field_behavior")
        .expect("field_behavior is in the descriptor");
    let Kind::Enum(names) = extension.kind() else {
        panic!("field_behavior is an enum");
    };
    let options = field.options();
    let values = options.get_extension(&extension).into_owned();
    values
        .as_list()
        .unwrap_or_default()
        .iter()
        .filter_map(|value| names.get_value(value.as_enum_number()?))
        .map(|value| value.name().to_owned())
        .collect()
}

fn is_masked(field: &FieldDescriptor) -> bool {
    field
        .options()
        .get_field_by_name("debug_redact")
        .and_then(|value| value.as_bool())
        .unwrap_or(false)
}

fn verb(method: &MethodDescriptor) -> &'static str {
    match READING_BY_POST.contains(&method.full_name()) {
        true => "POST",
        false => "GET",
    }
}

fn is_reading(method: &MethodDescriptor) -> bool {
    READING_VERBS
        .iter()
        .any(|verb| method.name().starts_with(verb))
}

fn is_message(field: &FieldDescriptor, full_name: &str) -> bool {
    matches!(field.kind(), Kind::Message(message) if message.full_name() == full_name)
}

fn has_field(message: &MessageDescriptor, name: &str, kind: &Kind) -> bool {
    message
        .get_field_by_name(name)
        .is_some_and(|field| field.kind() == *kind && !field.is_list())
}

/// `ErrorReason` → `ERROR_REASON_`.
fn prefix_of(one: &EnumDescriptor) -> String {
    let mut prefix = String::new();
    for (at, letter) in one.name().char_indices() {
        if letter.is_ascii_uppercase() && at > 0 {
            prefix.push('_');
        }
        prefix.push(letter.to_ascii_uppercase());
    }
    prefix + "_"
}

#[track_caller]
fn nothing(found: &[String]) {
    assert!(found.is_empty(), "{}", found.join("\n"));
}
