//! Captures by the Agent's flare command.

use std::fmt;

/// What the flare command is asked to record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Capture {
    /// Seconds of the CPU profile, and between the heap snapshots. `None` records nothing.
    pub seconds: Option<u16>,
    /// Raises the rate of the mutex profile while the flare is made, in the core Agent.
    pub mutex: bool,
    /// The same for the block profile.
    pub block: bool,
}

impl Capture {
    /// A flare without profiles, but for those that come with every flare.
    pub const PLAIN: Self = Self {
        seconds: None,
        mutex: false,
        block: false,
    };

    /// The capture that is asked for first: as long as the Agent records at least.
    pub const USUAL: Self = Self::of_seconds(30);

    /// Records for so long, without lock profiles.
    pub const fn of_seconds(seconds: u16) -> Self {
        Self {
            seconds: Some(seconds),
            ..Self::PLAIN
        }
    }

    /// The same with both lock profiles.
    pub const fn with_locks(self) -> Self {
        Self {
            mutex: true,
            block: true,
            ..self
        }
    }

    /// The same without lock profiles.
    pub const fn without_locks(self) -> Self {
        Self {
            mutex: false,
            block: false,
            ..self
        }
    }
}

/// The arguments of the command.
impl fmt::Display for Capture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("flare")?;
        if let Some(seconds) = self.seconds {
            write!(f, " --profile {seconds}")?;
        }
        if self.mutex {
            f.write_str(" --profile-mutex")?;
        }
        if self.block {
            f.write_str(" --profile-blocking")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments() {
        assert_eq!(Capture::PLAIN.to_string(), "flare");
        assert_eq!(Capture::USUAL.to_string(), "flare --profile 30");
        let locks = Capture::of_seconds(60).with_locks();
        assert_eq!(
            locks.to_string(),
            "flare --profile 60 --profile-mutex --profile-blocking"
        );
        assert_eq!(locks.without_locks(), Capture::of_seconds(60));
    }
}
