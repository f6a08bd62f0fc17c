//! The places of a college's dormitory in an academic year: data that its board sets, and never more given
//! than there are.

use super::academic_year::AcademicYear;
use super::refusal::Refusal;

/// More than any college has beds for.
pub const MOST_PLACES: i32 = 10_000;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Dormitory {
    pub academic_year: AcademicYear,
    pub places: i32,
    pub taken: i32,
}

impl Dormitory {
    /// One of which nobody has set how many places there are.
    pub fn unset(academic_year: AcademicYear) -> Self {
        Self {
            academic_year,
            places: 0,
            taken: 0,
        }
    }

    pub fn free(self) -> i32 {
        (self.places - self.taken).max(0)
    }

    /// Another number of places.
    ///
    /// # Errors
    /// `DORMITORY_PLACES_TAKEN` where more are given.
    pub fn set(&mut self, places: i32) -> Result<(), Refusal> {
        if places < self.taken {
            return Err(Refusal::DormitoryPlacesTaken { taken: self.taken });
        }
        self.places = places;
        Ok(())
    }
}

/// Places are set from the last academic year to the one after the next.
pub fn is_set_for(year: AcademicYear, running: AcademicYear) -> bool {
    (-1..=2).contains(&year.after(running))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_are_never_fewer_places_than_are_given() {
        let year = AcademicYear::new(2026).expect("a year");
        let mut dormitory = Dormitory::unset(year);
        assert_eq!(dormitory.free(), 0);
        assert_eq!(dormitory.set(3), Ok(()));
        dormitory.taken = 2;
        assert_eq!(
            dormitory.set(1),
            Err(Refusal::DormitoryPlacesTaken { taken: 2 })
        );
        assert_eq!(dormitory.set(2), Ok(()));
        assert_eq!(dormitory.free(), 0);
    }
}
