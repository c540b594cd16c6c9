//! Numbers of many tokens in few bytes.

/// Numbers in two bytes each, or in three or four if one is too large.
#[derive(Debug)]
pub(super) enum Column {
    /// So many numbers, each of which is its place.
    Places(usize),
    Narrow(Box<[u16]>),
    /// The three bytes in their order, the lowest first.
    Middle(Box<[[u8; 3]]>),
    Wide(Box<[u32]>),
}

impl Column {
    pub(super) fn of(numbers: Vec<u32>) -> Self {
        if (0..).zip(&numbers).all(|(place, number)| place == *number) {
            return Self::Places(numbers.len());
        }
        match numbers.iter().max().copied().unwrap_or_default() {
            0..=0xffff => {
                let narrow = |number| u16::try_from(number).unwrap_or(u16::MAX);
                Self::Narrow(numbers.into_iter().map(narrow).collect())
            }
            0x1_0000..=0xff_ffff => {
                let middle = |number: u32| {
                    let [first, second, third, _] = number.to_le_bytes();
                    [first, second, third]
                };
                Self::Middle(numbers.into_iter().map(middle).collect())
            }
            _ => Self::Wide(numbers.into()),
        }
    }

    pub(super) fn len(&self) -> usize {
        match self {
            Self::Places(count) => *count,
            Self::Narrow(numbers) => numbers.len(),
            Self::Middle(numbers) => numbers.len(),
            Self::Wide(numbers) => numbers.len(),
        }
    }

    pub(super) fn at(&self, at: usize) -> u32 {
        match self {
            Self::Places(_) => u32::try_from(at).unwrap_or(u32::MAX),
            Self::Narrow(numbers) => numbers[at].into(),
            Self::Middle(numbers) => wide(numbers[at]),
            Self::Wide(numbers) => numbers[at],
        }
    }

    /// The place of the first number from `from` on that is not below `end`. The numbers ascend.
    pub(super) fn first_from(&self, from: usize, end: u32) -> usize {
        match self {
            Self::Places(count) => (end as usize).clamp(from, *count),
            Self::Narrow(numbers) => {
                from + numbers[from..].partition_point(|&number| u32::from(number) < end)
            }
            Self::Middle(numbers) => from + numbers[from..].partition_point(|&number| wide(number) < end),
            Self::Wide(numbers) => from + numbers[from..].partition_point(|&number| number < end),
        }
    }

    /// How many bytes it takes.
    pub(super) fn bytes(&self) -> usize {
        match self {
            Self::Places(_) => 0,
            Self::Narrow(numbers) => size_of_val(&**numbers),
            Self::Middle(numbers) => size_of_val(&**numbers),
            Self::Wide(numbers) => size_of_val(&**numbers),
        }
    }
}

fn wide([first, second, third]: [u8; 3]) -> u32 {
    u32::from_le_bytes([first, second, third, 0])
}

/// Numbers that only some tokens have.
#[derive(Debug)]
pub(super) struct SparseColumn {
    /// A bit for each token, 64 together: whether it has one.
    present: Box<[u64]>,
    /// How many tokens before these 64 have one.
    before: Box<[u32]>,
    numbers: Box<[i64]>,
}

impl SparseColumn {
    pub(super) fn of(numbers: &[Option<i64>]) -> Self {
        let bits = |some: &[Option<i64>]| {
            (0..).zip(some).fold(0, |bits, (place, number)| bits | u64::from(number.is_some()) << place)
        };
        let present: Box<[u64]> = numbers.chunks(64).map(bits).collect();
        let mut count = 0;
        let before = present.iter().map(|bits| {
            count += bits.count_ones();
            count - bits.count_ones()
        });
        let before = before.collect();
        // The place is reserved, since what is reserved too much is kept.
        let mut listed = Vec::with_capacity(count as usize);
        listed.extend(numbers.iter().flatten());
        Self { present, before, numbers: listed.into() }
    }

    pub(super) fn at(&self, at: usize) -> Option<i64> {
        let (some, bit) = (at / 64, 1 << (at % 64));
        let present = self.present[some];
        let place = || self.before[some] + (present & (bit - 1)).count_ones();
        (present & bit != 0).then(|| self.numbers[place() as usize])
    }

    /// How many bytes it takes.
    pub(super) fn bytes(&self) -> usize {
        size_of_val(&*self.present) + size_of_val(&*self.before) + size_of_val(&*self.numbers)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_column_returns_its_numbers(
            numbers in prop_oneof![
                prop::collection::vec(0_u32..70_000, 1..200),
                prop::collection::vec(prop_oneof![0_u32..70_000, any::<u32>()], 1..200),
                (1_u32..200).prop_map(|end| (0..end).collect::<Vec<_>>()),
            ],
            from in any::<prop::sample::Index>(),
            end in prop_oneof![0_u32..300, any::<u32>()],
        ) {
            let mut numbers = numbers;
            numbers.sort_unstable();
            let column = Column::of(numbers.clone());
            prop_assert_eq!((0..column.len()).map(|at| column.at(at)).collect::<Vec<_>>(), numbers.as_slice());
            let from = from.index(numbers.len());
            let first = (from..numbers.len()).find(|&at| numbers[at] >= end).unwrap_or(numbers.len());
            prop_assert_eq!(column.first_from(from, end), first);
        }

        #[test]
        fn a_sparse_column_returns_its_numbers(numbers in prop::collection::vec(any::<Option<i64>>(), 1..200)) {
            let column = SparseColumn::of(&numbers);
            prop_assert_eq!((0..numbers.len()).map(|at| column.at(at)).collect::<Vec<_>>(), numbers);
        }
    }

    #[test]
    fn a_column_takes_few_bytes() {
        assert_eq!(Column::of(vec![0, 1, 2]).bytes(), 0);
        assert_eq!(Column::of(vec![1, 65_535]).bytes(), 4);
        assert_eq!(Column::of(vec![1, 65_536]).bytes(), 6);
        assert_eq!(Column::of(vec![1, 1 << 24]).bytes(), 8);
        assert_eq!(SparseColumn::of(&[None; 64]).bytes(), 12);
    }
}
