//! Entrance exams: appointed in bulk, moved while nobody has points, graded once.

use chassis::clock::to_pb;
use jiff::Timestamp;
use proto::events::v1::{EntranceExamAppointed, EntranceExamGraded, EntranceExamMissed};
use proto::questionnaire::v1 as pb;
use proto::questionnaire::v1::exam_sitting::State;
use proto::questionnaire::v1::exam_sittings_client::ExamSittingsClient;
use proto::questionnaire::v1::prepare_board_action_request::Action;
use proto::questionnaire::v1::tie_break::By;
use tonic::{Code, Status};

use crate::applicants::{Wish, sets_aside};
use crate::board::{ADMISSION, Board, COLLEGE, OTHER_COLLEGE, nursing};
use crate::college_applications::{choices_of, listed};
use crate::score_formulas::{approves, formula};
use crate::world::{World, pairs, reason, violations};

pub const START: &str = "2026-07-05T04:00:00Z";
const LATER: &str = "2026-07-06T04:00:00Z";

fn instant(text: &str) -> Option<prost_types::Timestamp> {
    Some(to_pb(text.parse::<Timestamp>().unwrap()))
}

pub fn appoints(specialty: &pb::Specialty, wishes: &[Wish]) -> Action {
    Action::AppointExam(pb::AppointExam {
        specialty: specialty.name.clone(),
        exam: "SPECIAL".into(),
        start_time: instant(START),
        address: "Абай даңғылы 8, 203-кабинет".into(),
        choices: wishes.iter().map(|it| it.choice.clone()).collect(),
    })
}

pub fn moves(sitting: &pb::ExamSitting, start: &str, address: &str) -> Action {
    Action::MoveExam(pb::MoveExam {
        exam_sitting: sitting.name.clone(),
        current_etag: sitting.etag.clone(),
        start_time: instant(start),
        address: address.into(),
    })
}

pub fn grades(sitting: &pb::ExamSitting, points: &[(&Wish, &str)]) -> Action {
    let row = |(wish, points): &(&Wish, &str)| pb::ExamPoints {
        choice: wish.choice.clone(),
        points: (*points).into(),
        absent: false,
    };
    graded(sitting, points.iter().map(row).collect())
}

fn graded(sitting: &pb::ExamSitting, rows: Vec<pb::ExamPoints>) -> Action {
    Action::GradeExam(pb::GradeExam {
        exam_sitting: sitting.name.clone(),
        current_etag: sitting.etag.clone(),
        rows,
    })
}

/// These did not come.
pub fn misses(sitting: &pb::ExamSitting, wishes: &[Wish]) -> Action {
    graded(sitting, wishes.iter().map(absent).collect())
}

fn absent(wish: &Wish) -> pb::ExamPoints {
    pb::ExamPoints {
        choice: wish.choice.clone(),
        points: String::new(),
        absent: true,
    }
}

impl Board<'_> {
    pub async fn sitting(&self, name: &str) -> Result<pb::ExamSitting, Status> {
        let request = pb::GetExamSittingRequest {
            name: name.into(),
            ..Default::default()
        };
        let mut client = ExamSittingsClient::new(self.connection());
        Ok(client.get_exam_sitting(request).await?.into_inner())
    }

    pub async fn sittings(&self, specialty: &str, state: State) -> Vec<pb::ExamSitting> {
        let request = pb::ListExamSittingsRequest {
            specialty: specialty.into(),
            state: state.into(),
            ..Default::default()
        };
        let mut client = ExamSittingsClient::new(self.connection());
        let answer = client.list_exam_sittings(request).await.unwrap();
        answer.into_inner().exam_sittings
    }

    /// Those who have no appointment for this exam, or for any that they need.
    pub async fn awaiting(&self, specialty: &str, exam: &str) -> Vec<String> {
        let request = pb::ListApplicationChoicesRequest {
            parent: format!("{ADMISSION}/applications/-"),
            specialty: specialty.into(),
            awaiting_exam: true,
            exam: exam.into(),
            ..Default::default()
        };
        let mut client = choices_of(self.connection());
        let found = listed(&mut client, request).await.unwrap();
        names(found.into_iter().map(|it| it.name))
    }

    pub async fn appoints(&self, specialty: &pb::Specialty, wishes: &[Wish]) -> pb::ExamSitting {
        let done = self.does(appoints(specialty, wishes)).await.unwrap();
        self.sitting(&done.object).await.unwrap()
    }
}

/// A specialty with three accepted applicants.
async fn accepted(world: &World) -> (pb::Specialty, Vec<Wish>) {
    world.admission().await;
    let board = world.board(COLLEGE, 1);
    let specialty = board.competes(nursing()).await;
    let mut wishes = world.wished(&specialty, 1..4).await;
    board.takes(&mut wishes).await;
    (specialty, wishes)
}

#[tokio::test]
async fn an_exam_is_appointed_for_many_and_each_is_told_when_and_where() {
    let world = World::new().await;
    let (specialty, wishes) = accepted(&world).await;
    let board = world.board(COLLEGE, 1);
    let sitting = board.appoints(&specialty, &wishes).await;
    assert_eq!(sitting.state(), State::Planned);
    assert_eq!((sitting.entry_count, sitting.graded_count), (3, 0));
    assert_eq!(sitting.start_time, instant(START));
    let mut sat: Vec<_> = sitting.entries.iter().map(|it| it.choice.clone()).collect();
    sat.sort();
    let mut expected: Vec<_> = wishes.iter().map(|it| it.choice.clone()).collect();
    expected.sort();
    assert_eq!(sat, expected);
    assert!(
        sitting
            .entries
            .iter()
            .all(|it| it.accepted && it.points.is_empty())
    );
    assert!(sitting.entries[0].application_number.starts_with("2026-"));

    let told = world.told_of::<EntranceExamAppointed>().await;
    assert_eq!(told.len(), 3);
    assert_eq!(told[0].start_time, instant(START));
    assert_eq!(told[0].time_zone, "Asia/Almaty");
    assert_eq!(told[0].address, sitting.address);
    assert_eq!(told[0].exam_title.as_ref().unwrap().en, "Special exam");
    assert!(!told[0].moved);
    let listed = board.sittings(&specialty.name, State::Planned).await;
    assert_eq!(listed.len(), 1);
    assert_eq!((&listed[0].name, listed[0].entry_count), (&sitting.name, 3));
    assert!(listed[0].entries.is_empty());
    assert!(board.sittings("", State::Graded).await.is_empty());
}

fn names(names: impl IntoIterator<Item = String>) -> Vec<String> {
    let mut names: Vec<_> = names.into_iter().collect();
    names.sort();
    names
}

fn named(wishes: &[Wish]) -> Vec<String> {
    names(wishes.iter().map(|it| it.choice.clone()))
}

#[tokio::test]
async fn who_has_not_sat_an_exam_is_listed_until_it_is_appointed_and_not_after_it_was_graded() {
    let world = World::new().await;
    world.admission().await;
    let board = world.board(COLLEGE, 1);
    let offered = board.offers(nursing()).await.unwrap();
    let mut two = formula();
    two.added.push(pb::AddedExam {
        exam: "PSYCHOMETRIC".into(),
        ..two.added[0].clone()
    });
    two.ties.push(pb::TieBreak {
        by: Some(By::Exam("CREATIVE".into())),
    });
    board.does(approves(&offered, two)).await.unwrap();
    let specialty = board.sees(&offered.name).await;
    let mut wishes = world.wished(&specialty, 1..4).await;
    board.takes(&mut wishes).await;
    let waiting = world.wished(&specialty, 8..9).await;
    let exams = ["", "SPECIAL", "PSYCHOMETRIC", "CREATIVE"];
    for exam in exams {
        let listed = board.awaiting(&specialty.name, exam).await;
        assert_eq!(listed, named(&wishes), "{exam}");
    }
    assert!(board.awaiting("", "INTERVIEW").await.is_empty());
    let other = world.board(OTHER_COLLEGE, 2);
    assert!(other.awaiting("", "").await.is_empty());

    let sitting = board.appoints(&specialty, &wishes[..2]).await;
    assert_eq!(board.awaiting("", "SPECIAL").await, named(&wishes[2..]));
    for exam in ["", "PSYCHOMETRIC", "CREATIVE"] {
        assert_eq!(board.awaiting("", exam).await, named(&wishes), "{exam}");
    }
    let points = [(&wishes[0], "80"), (&wishes[1], "70")];
    board.does(grades(&sitting, &points)).await.unwrap();
    assert_eq!(board.awaiting("", "SPECIAL").await, named(&wishes[2..]));
    // Whoever is listed can be appointed, all of them at once.
    board.appoints(&specialty, &wishes[2..]).await;
    assert!(board.awaiting("", "SPECIAL").await.is_empty());
    let Action::AppointExam(mut second) = appoints(&specialty, &wishes) else {
        unreachable!("it is an appointment")
    };
    second.exam = "PSYCHOMETRIC".into();
    board.does(Action::AppointExam(second)).await.unwrap();
    assert!(board.awaiting("", "").await.is_empty());
    assert_eq!(waiting.len(), 1);
}

#[tokio::test]
async fn an_exam_is_asked_for_in_folders_and_beside_who_waits_for_one() {
    let world = World::new().await;
    let (_, wishes) = accepted(&world).await;
    let board = world.board(COLLEGE, 1);
    let mut client = choices_of(board.connection());
    let mut request = pb::ListApplicationChoicesRequest {
        parent: format!("{ADMISSION}/applications/-"),
        exam: "SPECIAL".into(),
        ..Default::default()
    };
    let refused = listed(&mut client, request.clone()).await.unwrap_err();
    assert_eq!(violations(&refused), pairs(&[("exam", "NOT_ASKED")]));
    request.awaiting_exam = true;
    request.exam = "DUEL".into();
    let refused = listed(&mut client, request.clone()).await.unwrap_err();
    assert_eq!(violations(&refused), pairs(&[("exam", "UNKNOWN_VALUE")]));
    request.exam.clear();
    let application = wishes[0].choice.split("/choices/").next().unwrap();
    request.parent = application.into();
    let mut own = choices_of(world.candidate(1).connection());
    let refused = listed(&mut own, request).await.unwrap_err();
    let expected = [("awaiting_exam", "NOT_ASKED")];
    assert_eq!(violations(&refused), pairs(&expected));
}

#[tokio::test]
async fn a_sitting_is_seen_by_its_own_college_alone() {
    let world = World::new().await;
    let (specialty, wishes) = accepted(&world).await;
    let sitting = world.board(COLLEGE, 1).appoints(&specialty, &wishes).await;
    let other = world.board(OTHER_COLLEGE, 2);
    let hidden = other.sitting(&sitting.name).await.unwrap_err();
    assert_eq!(hidden.code(), Code::NotFound);
    assert!(other.sittings("", State::Unspecified).await.is_empty());
    for foreign in [
        moves(&sitting, LATER, "204"),
        grades(&sitting, &[(&wishes[0], "50")]),
        appoints(&specialty, &wishes),
    ] {
        let refused = other.prepares(foreign).await.unwrap_err();
        assert_eq!(refused.code(), Code::NotFound);
    }
}

#[tokio::test]
async fn everything_wrong_with_an_appointment_is_told_at_once() {
    let world = World::new().await;
    let (specialty, mut wishes) = accepted(&world).await;
    let board = world.board(COLLEGE, 1);
    let other = board.competes(pb::Specialty {
        code: "PHARMACY".into(),
        ..nursing()
    });
    let other = other.await;
    let fresh = world.wished(&specialty, 11..12).await.remove(0);
    let mut elsewhere = world.wished(&other, 12..13).await;
    board.takes(&mut elsewhere).await;
    board.appoints(&specialty, &wishes[..1]).await;
    wishes.push(fresh);
    wishes.extend(elsewhere);
    wishes.push(wishes[1].clone());
    let Action::AppointExam(mut wrong) = appoints(&specialty, &wishes) else {
        unreachable!("it is an appointment")
    };
    wrong.exam = "CREATIVE".into();
    wrong.start_time = instant("2026-06-01T04:59:59Z");
    wrong.address = " ".into();
    let wrong = Action::AppointExam(wrong);
    let refused = board.prepares(wrong).await.unwrap_err();
    let expected = [
        ("appoint_exam.choices[5]", "VALUE_TWICE"),
        ("appoint_exam.start_time", "TIME_IN_PAST"),
        ("appoint_exam.address", "REQUIRED"),
        ("appoint_exam.exam", "EXAM_NOT_ASKED"),
        ("appoint_exam.choices[3]", "CHOICE_FOLDER_WRONG"),
        ("appoint_exam.choices[4]", "CHOICE_OF_OTHER_SPECIALTY"),
    ];
    assert_eq!(violations(&refused), pairs(&expected));
    let again = board.prepares(appoints(&specialty, &wishes[..2])).await;
    let expected = [("appoint_exam.choices[0]", "EXAM_APPOINTED")];
    assert_eq!(violations(&again.unwrap_err()), pairs(&expected));
}

#[tokio::test]
async fn a_sitting_is_moved_and_each_who_still_competes_is_told_again() {
    let world = World::new().await;
    let (specialty, wishes) = accepted(&world).await;
    let board = world.board(COLLEGE, 1);
    let sitting = board.appoints(&specialty, &wishes).await;
    board
        .does(sets_aside(&wishes[..1], "TEST_ENTRY"))
        .await
        .unwrap();
    board.does(moves(&sitting, LATER, "204")).await.unwrap();
    let moved = board.sitting(&sitting.name).await.unwrap();
    assert_eq!(moved.start_time, instant(LATER));
    assert_eq!(moved.address, "204");
    assert_ne!(moved.etag, sitting.etag);
    let out: Vec<_> = moved.entries.iter().filter(|it| !it.accepted).collect();
    assert_eq!((out.len(), &out[0].choice), (1, &wishes[0].choice));

    let told = world.told_of::<EntranceExamAppointed>().await;
    let told: Vec<_> = told.iter().filter(|it| it.moved).collect();
    assert_eq!(told.len(), 2);
    assert!(told.iter().all(|it| it.address == "204"));
    let stale = board.prepares(moves(&sitting, START, "203")).await;
    assert_eq!(reason(&stale.unwrap_err()), "STALE_ETAG");
}

#[tokio::test]
async fn points_are_given_once_and_from_then_on_the_sitting_stays() {
    let world = World::new().await;
    let (specialty, wishes) = accepted(&world).await;
    let board = world.board(COLLEGE, 1);
    let sitting = board.appoints(&specialty, &wishes).await;
    let first = [(&wishes[0], "87.50"), (&wishes[1], "0")];
    board.does(grades(&sitting, &first)).await.unwrap();
    let graded = board.sitting(&sitting.name).await.unwrap();
    assert_eq!(graded.state(), State::Graded);
    assert_eq!((graded.entry_count, graded.graded_count), (3, 2));
    let told = world.told_of::<EntranceExamGraded>().await;
    let told = told.iter().map(|it| (it.exam.as_str(), it.points.as_str()));
    assert_eq!(
        told.collect::<Vec<_>>(),
        [("SPECIAL", "87.5"), ("SPECIAL", "0")]
    );

    // Who is still without points gets them later; the others keep theirs.
    let again = board.prepares(grades(&graded, &[(&wishes[0], "88"), (&wishes[2], "101")]));
    let expected = [
        ("grade_exam.rows[1].points", "POINTS_INVALID"),
        ("grade_exam.rows[0].choice", "POINTS_GIVEN"),
    ];
    assert_eq!(violations(&again.await.unwrap_err()), pairs(&expected));
    board
        .does(grades(&graded, &[(&wishes[2], "88")]))
        .await
        .unwrap();

    let moved = board.prepares(moves(&graded, LATER, "204")).await;
    assert_eq!(reason(&moved.unwrap_err()), "EXAM_GRADED");
    for forbidden in [
        "UPDATE exam_sitting SET starts_us = 0",
        "DELETE FROM exam_sitting",
        "UPDATE exam_entry SET points = '100'",
        "DELETE FROM exam_entry",
    ] {
        assert!(world.sql(forbidden).await.is_err(), "{forbidden}");
    }
}

#[tokio::test]
async fn points_go_to_those_who_sat_there_and_still_compete() {
    let world = World::new().await;
    let (specialty, wishes) = accepted(&world).await;
    let board = world.board(COLLEGE, 1);
    let sitting = board.appoints(&specialty, &wishes[..2]).await;
    board
        .does(sets_aside(&wishes[..1], "TEST_ENTRY"))
        .await
        .unwrap();
    let rows = [(&wishes[0], "50"), (&wishes[1], "50"), (&wishes[2], "50")];
    let refused = board.prepares(grades(&sitting, &rows)).await.unwrap_err();
    let expected = [
        ("grade_exam.rows[0].choice", "CHOICE_FOLDER_WRONG"),
        ("grade_exam.rows[2].choice", "EXAM_NOT_APPOINTED"),
    ];
    assert_eq!(violations(&refused), pairs(&expected));
    let twice = board.prepares(grades(&sitting, &[(&wishes[1], "50"), (&wishes[1], "60")]));
    let expected = [("grade_exam.rows[1].choice", "VALUE_TWICE")];
    assert_eq!(violations(&twice.await.unwrap_err()), pairs(&expected));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_a_move_and_a_grade_at_once_one_is_done_and_a_graded_exam_keeps_its_time() {
    let world = World::new().await;
    let (specialty, wishes) = accepted(&world).await;
    let board = world.board(COLLEGE, 1);
    for wish in &wishes {
        let sitting = board.appoints(&specialty, std::slice::from_ref(wish)).await;
        let later = board.prepares(moves(&sitting, LATER, "204")).await.unwrap();
        let graded = board.prepares(grades(&sitting, &[(wish, "70")])).await;
        let graded = graded.unwrap();
        let colleague = world.board(COLLEGE, 2);
        let (one, other) = tokio::join!(board.signs(&later), colleague.signs(&graded));
        let now = board.sitting(&sitting.name).await.unwrap();
        match (one, other) {
            (Ok(_), Err(refused)) => {
                assert_eq!(reason(&refused), "STALE_ETAG");
                assert_eq!(
                    (now.state(), now.start_time),
                    (State::Planned, instant(LATER))
                );
            }
            (Err(refused), Ok(_)) => {
                assert_eq!(reason(&refused), "EXAM_GRADED");
                assert_eq!(
                    (now.state(), now.start_time),
                    (State::Graded, instant(START))
                );
            }
            both => unreachable!("one of both is done: {both:?}"),
        }
    }
}

#[tokio::test]
async fn who_did_not_come_is_written_down_once_and_told() {
    let world = World::new().await;
    let (specialty, wishes) = accepted(&world).await;
    let board = world.board(COLLEGE, 1);
    let sitting = board.appoints(&specialty, &wishes).await;
    let came = pb::ExamPoints {
        choice: wishes[0].choice.clone(),
        points: "80".into(),
        absent: false,
    };
    let both = pb::ExamPoints {
        points: "0".into(),
        ..absent(&wishes[1])
    };
    let neither = pb::ExamPoints {
        absent: false,
        ..absent(&wishes[2])
    };
    let refused = board.prepares(graded(&sitting, vec![came.clone(), both, neither]));
    let expected = [
        ("grade_exam.rows[1].points", "NOT_ASKED"),
        ("grade_exam.rows[2].points", "POINTS_INVALID"),
    ];
    assert_eq!(violations(&refused.await.unwrap_err()), pairs(&expected));

    let rows = vec![came, absent(&wishes[1])];
    let prepared = board.prepares(graded(&sitting, rows)).await.unwrap();
    let content: serde_json::Value = serde_json::from_slice(&prepared.content).unwrap();
    let signed = &content["request"]["rows"];
    assert_eq!(signed[0]["points"], "80");
    assert_eq!(signed[1]["absent"], true);
    assert_eq!(signed[1].get("points"), None);
    board.signs(&prepared).await.unwrap();
    let told = world.told_of::<EntranceExamMissed>().await;
    assert_eq!(told.len(), 1);
    assert_eq!(told[0].account, world.candidate(2).account);
    assert_eq!(told[0].exam_title.as_ref().unwrap().en, "Special exam");
    assert_eq!(told[0].start_time, instant(START));
    assert_eq!(world.told_of::<EntranceExamGraded>().await.len(), 1);

    let after = board.sitting(&sitting.name).await.unwrap();
    assert_eq!((after.state(), after.graded_count), (State::Graded, 2));
    let entry = after
        .entries
        .iter()
        .find(|it| it.choice == wishes[1].choice);
    let entry = entry.unwrap();
    assert!(entry.absent && entry.accepted && entry.points.is_empty());
    // The person reads it in the choice.
    let mut own = choices_of(world.candidate(2).connection());
    let request = pb::GetApplicationChoiceRequest {
        name: wishes[1].choice.clone(),
        ..Default::default()
    };
    let choice = own
        .get_application_choice(request)
        .await
        .unwrap()
        .into_inner();
    assert_eq!(choice.state(), pb::application_choice::State::Accepted);
    assert_eq!(choice.exams[0].state(), pb::entrance_exam::State::Absent);
    assert!(choice.exams[0].points.is_empty());
    assert!(board.awaiting("", "").await.is_empty());

    let again = board.prepares(grades(&after, &[(&wishes[1], "50")])).await;
    let expected = [("grade_exam.rows[0].choice", "POINTS_GIVEN")];
    assert_eq!(violations(&again.unwrap_err()), pairs(&expected));
    for forbidden in [
        "UPDATE exam_entry SET absent = FALSE, points = '50' WHERE absent",
        "UPDATE exam_entry SET absent = TRUE WHERE points = '80'",
        "UPDATE exam_entry SET absent = TRUE WHERE graded_us IS NULL",
        "DELETE FROM exam_entry WHERE absent",
    ] {
        assert!(world.sql(forbidden).await.is_err(), "{forbidden}");
    }
}

/// Of points and an absence at once one is kept, whoever signs first.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_points_and_an_absence_at_once_one_stays() {
    let world = World::new().await;
    let (specialty, wishes) = accepted(&world).await;
    let (board, colleague) = (world.board(COLLEGE, 1), world.board(COLLEGE, 2));
    for wish in &wishes {
        let one = std::slice::from_ref(wish);
        let sitting = board.appoints(&specialty, one).await;
        let came = board.prepares(grades(&sitting, &[(wish, "70")])).await;
        let missed = colleague.prepares(misses(&sitting, one)).await;
        let (came, missed) = (came.unwrap(), missed.unwrap());
        let (came, missed) = tokio::join!(board.signs(&came), colleague.signs(&missed));
        assert_ne!(came.is_ok(), missed.is_ok());
        let stays = board.sitting(&sitting.name).await.unwrap();
        assert_eq!(stays.entries[0].absent, missed.is_ok());
        assert_eq!(stays.entries[0].points == "70", came.is_ok());
        let refused = came.err().or(missed.err()).unwrap();
        assert_eq!(reason(&refused), "STALE_ETAG");
    }
}
