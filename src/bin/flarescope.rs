//! The engine on the command line.
//!
//! Exit status: 0 done, 1 unreadable (one line on standard error that says what and where), 2 usage.

#[cfg(not(target_arch = "wasm32"))]
mod command_line {
    use std::fs::File;
    use std::io::Write as _;
    use std::path::{Path, PathBuf};
    use std::process::ExitCode;

    use clap::{Parser, Subcommand, ValueEnum};
    use flarescope::analysis::kinds::ProfileName;
    use flarescope::analysis::top::{TopOptions, top};
    use flarescope::analysis::view::View;
    use flarescope::engine::{Engine, export_text, with_view};
    use flarescope::flare::{self, Flare, Input};
    use flarescope::pprof::{Limits, decode};
    use flarescope::profile::Profile;
    use flarescope::protocol::ExportFormat;
    use flarescope::report::gather::{Settings, chain};

    /// Reads Datadog Agent flares and says what their Go profiles show.
    #[derive(Parser)]
    #[command(version, about)]
    struct Arguments {
        #[command(subcommand)]
        command: Command,
    }

    #[derive(Subcommand)]
    enum Command {
        /// Write the report of a flare.
        Report {
            /// A flare: a zip or a folder.
            flare: PathBuf,
            /// In which form.
            #[arg(long, value_enum, default_value_t = Format::Markdown)]
            format: Format,
            /// Write to this file instead of standard output.
            #[arg(short, long)]
            output: Option<PathBuf>,
        },
        /// Print a profile's table as `go tool pprof -top` does.
        Top(Top),
        /// List every file of a flare with its role.
        Files {
            /// A flare: a zip or a folder.
            flare: PathBuf,
        },
    }

    #[derive(clap::Args)]
    struct Top {
        /// A flare (with --process and --profile) or a profile file.
        file: PathBuf,
        /// Process of the flare, for example core.
        #[arg(long, requires = "profile", conflicts_with = "diff_base")]
        process: Option<String>,
        /// Profile of that process.
        #[arg(long, value_enum, requires = "process")]
        profile: Option<ProfileArgument>,
        /// Subtract this profile file.
        #[arg(long)]
        diff_base: Option<PathBuf>,
        /// Sample type, by name or number; the profile's default otherwise.
        #[arg(long, default_value = "")]
        sample_type: String,
        /// Show at most that many rows; 0 for all.
        #[arg(short, default_value_t = 0)]
        n: usize,
        /// Leave out rows whose cum is below this fraction.
        #[arg(long, default_value_t = 0.005, value_parser = fraction)]
        nodefraction: f64,
        /// Leave out edges below this fraction.
        #[arg(long, default_value_t = 0.001, value_parser = fraction)]
        edgefraction: f64,
        /// Order by cum.
        #[arg(long)]
        cum: bool,
    }

    fn fraction(text: &str) -> Result<f64, String> {
        match text.parse::<f64>() {
            Ok(value) if (0.0..=1.0).contains(&value) => Ok(value),
            _ => Err("expected a number from 0 to 1".to_owned()),
        }
    }

    #[derive(Clone, Copy, ValueEnum)]
    enum Format {
        Markdown,
        Json,
        Customer,
        Escalation,
        Jira,
    }

    #[derive(Clone, Copy, ValueEnum)]
    enum ProfileArgument {
        #[value(name = "heap-1st")]
        HeapFirst,
        #[value(name = "heap-2nd")]
        HeapSecond,
        HeapDiff,
        Allocs,
        Cpu,
        Block,
        Mutex,
    }

    impl ProfileArgument {
        const fn name(self) -> ProfileName {
            match self {
                Self::HeapFirst => ProfileName::HeapFirst,
                Self::HeapSecond => ProfileName::HeapSecond,
                Self::HeapDiff => ProfileName::HeapDiff,
                Self::Allocs => ProfileName::Allocs,
                Self::Cpu => ProfileName::Cpu,
                Self::Block => ProfileName::Block,
                Self::Mutex => ProfileName::Mutex,
            }
        }
    }

    /// One line that says what and where.
    type Failure = String;

    pub(super) fn main() -> ExitCode {
        let result = match Arguments::parse().command {
            Command::Report {
                flare,
                format,
                output,
            } => report(&flare, format, output.as_deref()),
            Command::Top(arguments) => top_table(&arguments),
            Command::Files { flare } => files(&flare),
        };
        match result {
            Ok(()) => ExitCode::SUCCESS,
            Err(failure) => {
                let line = failure.split_whitespace().collect::<Vec<_>>().join(" ");
                eprintln!("flarescope: {line}");
                ExitCode::from(1)
            }
        }
    }

    fn failure(path: &Path, error: &dyn std::error::Error) -> Failure {
        format!("{}: {}", path.display(), chain(error))
    }

    /// What a path is: a folder's files, or one file.
    fn input(path: &Path) -> Result<(String, Input), Failure> {
        let name = path.file_name().map_or_else(
            || path.display().to_string(),
            |name| name.to_string_lossy().into_owned(),
        );
        let metadata = std::fs::metadata(path).map_err(|error| failure(path, &error))?;
        let limits = flare::Limits::default();
        let files = if metadata.is_dir() {
            flare::from_disk(path, &limits).map_err(|error| failure(path, &error))?
        } else {
            let path = path.to_owned();
            let open = move || {
                let file: Box<dyn flare::ReadSeek> = Box::new(File::open(&path)?);
                Ok(file)
            };
            vec![flare::LooseFile {
                path: name.clone(),
                size: metadata.len(),
                open: Box::new(open),
            }]
        };
        Ok((name, Input::Files(files)))
    }

    fn report(path: &Path, format: Format, output: Option<&Path>) -> Result<(), Failure> {
        let (name, input) = input(path)?;
        let mut engine = Engine::new();
        let report = engine
            .read(&name, input, &mut |_| {})
            .map_err(|error| failure(path, &error))?;
        let format = match format {
            Format::Markdown => ExportFormat::Markdown,
            Format::Json => ExportFormat::Json,
            Format::Customer => ExportFormat::Customer,
            Format::Escalation => ExportFormat::Escalation,
            Format::Jira => ExportFormat::Jira,
        };
        let mut text = export_text(report, format);
        if !text.ends_with('\n') {
            text.push('\n');
        }
        match output {
            Some(output) => std::fs::write(output, text).map_err(|error| failure(output, &error)),
            None => print(&text),
        }
    }

    fn print(text: &str) -> Result<(), Failure> {
        match std::io::stdout().write_all(text.as_bytes()) {
            // A reader that has seen enough, as `head` does, is no failure.
            Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
            Err(error) => Err(format!("standard output: {error}")),
            Ok(()) => Ok(()),
        }
    }

    fn read_profile(path: &Path) -> Result<Profile, Failure> {
        let bytes = std::fs::read(path).map_err(|error| failure(path, &error))?;
        decode(bytes, &Limits::default()).map_err(|error| failure(path, &error))
    }

    fn top_table(arguments: &Top) -> Result<(), Failure> {
        let path = arguments.file.as_path();
        let options = TopOptions {
            node_fraction: arguments.nodefraction,
            edge_fraction: arguments.edgefraction,
            node_count: arguments.n,
            by_cum: arguments.cum,
        };
        let text = |view: &View<'_>| top(view, options).text(view);
        let kind = arguments.sample_type.as_str();
        let text = if let (Some(process), Some(profile)) = (&arguments.process, arguments.profile) {
            let (name, input) = input(path)?;
            let mut flare = Flare::open(&name, input, &flare::Limits::default())
                .map_err(|error| failure(path, &error))?;
            let settings = Settings::default();
            with_view(&mut flare, &settings, process, profile.name(), kind, text)
                .map_err(|error| failure(path, &error))?
        } else {
            let profile = read_profile(path)?;
            let base = arguments
                .diff_base
                .as_deref()
                .map(read_profile)
                .transpose()?;
            let view = match &base {
                Some(base) => View::diff(&profile, base, kind),
                None => View::of(&profile, kind),
            };
            text(&view.map_err(|error| failure(path, &error))?)
        };
        print(&text)
    }

    fn files(path: &Path) -> Result<(), Failure> {
        let (name, input) = input(path)?;
        let mut engine = Engine::new();
        let report = engine
            .read(&name, input, &mut |_| {})
            .map_err(|error| failure(path, &error))?;
        let mut text = String::new();
        for file in &report.files {
            // Control characters of a hostile name must not reach the terminal.
            let clean = |text: &str| {
                text.chars()
                    .map(|c| if c.is_control() { '\u{fffd}' } else { c })
                    .collect::<String>()
            };
            text.push_str(&format!(
                "{:<6} {:>12}  {}  ({})\n",
                file.role.as_str(),
                file.size,
                clean(&file.path),
                clean(&file.reason)
            ));
        }
        print(&text)
    }
}

#[cfg(not(target_arch = "wasm32"))]
fn main() -> std::process::ExitCode {
    command_line::main()
}

#[cfg(target_arch = "wasm32")]
fn main() {}
