//! An allocation's input and result as tables that a spreadsheet reads: what `allocate` takes and gives, so
//! that a region can try what it would change before anything is connected.
//!
//! | file | what |
//! |---|---|
//! | [`cells`] | a file of lines and separators as rows with named columns |
//! | [`input`] | places and wishes to a market |
//! | [`result`] | a run to a table, with the reasons |
//! | [`sheet`] | a table as CSV and as a workbook, for those who download one |

pub mod cells;
pub mod input;
pub mod result;
pub mod sheet;

#[cfg(test)]
mod tables_tests;

/// Where something is wrong, and the reason.
pub type Fault = (String, &'static str);
