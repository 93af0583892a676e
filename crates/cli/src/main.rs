//! The engine on the command line. Refuses to know browsers, and how anything is computed.
//!
//! Exit status: 0 done, 1 unreadable (one line on standard error that says what and where), 2 usage.

use std::fs::File;
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Parser, Subcommand};
use diagnose::errors::chain;
use diagnose::kinds::ProfileName;
use engine::export::{ExportFormat, ExportOptions, export};
use engine::{OpenFlare, read_view};
use flare::{self, Flare, Input, Process};
use profile::lens::top::{TopOptions, top};
use profile::lens::view::View;
use profile::pprof::{Limits, decode};
use profile::{Profile, printable};
use report::settings::{Choices, OwnersFile, Settings, SettingsError};

/// Reads Datadog Agent flares and says what their Go profiles show.
#[derive(Parser)]
#[command(name = "flarescope", version, about)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Write the report of a flare.
    Report(Report),
    /// Print a profile's table as `go tool pprof -top` does.
    Top(Top),
    /// List every file of a flare with its role.
    Files {
        /// A flare: a zip or a folder.
        flare: PathBuf,
    },
}

#[derive(clap::Args)]
struct Report {
    /// A flare: a zip or a folder.
    flare: PathBuf,
    /// Print all of it: every row, stack and file. Markdown and text are short otherwise.
    #[arg(long)]
    full: bool,
    /// Write to investigations/flare-profiling-{hostname}.md in the current folder, and say so.
    #[arg(long, conflicts_with = "output")]
    save: bool,
    /// In which form.
    #[arg(long, default_value = "markdown", value_parser = formats())]
    format: ExportFormat,
    /// Write to this file instead of standard output.
    #[arg(short, long)]
    output: Option<PathBuf>,
    /// Replace host names, addresses, paths, tags, container and pod names by pseudonyms.
    #[arg(long)]
    redact: bool,
    /// The symptom, in the customer's words, for the escalation.
    #[arg(long, value_name = "TEXT", default_value = "")]
    symptom: String,
    /// Link to the flare or the ticket, for the escalation.
    #[arg(long, value_name = "URL", default_value = "")]
    link: String,
    #[command(flatten)]
    judging: Judging,
}

/// What to judge by, where the defaults will not do. The report names what differs.
#[derive(clap::Args)]
struct Judging {
    /// Heap growth that is a leak, in MB of 2^20 bytes [default: 10].
    #[arg(long, value_name = "MB")]
    leak_mb: Option<f64>,
    /// Share of one function that is a CPU spike, in percent [default: 50].
    #[arg(long, value_name = "PERCENT")]
    cpu_percent: Option<f64>,
    /// Delay that is contention, in seconds [default: 1].
    #[arg(long, value_name = "SECONDS")]
    contention_s: Option<f64>,
    /// Count goroutines that merely wait for work as contention too.
    #[arg(long)]
    count_idle_waits: bool,
    /// Owners of functions, in the format of data/owners.toml, instead of the built-in table.
    #[arg(long, value_name = "FILE")]
    owners: Option<PathBuf>,
}

impl Judging {
    fn settings(&self) -> Result<Settings, Problem> {
        let owners = self
            .owners
            .as_ref()
            .map(|path| -> Result<OwnersFile, Failure> {
                let bytes = std::fs::read(path).map_err(|error| failure(path, &error))?;
                Ok(OwnersFile {
                    name: path.display().to_string(),
                    text: String::from_utf8_lossy(&bytes).into_owned(),
                })
            })
            .transpose()
            .map_err(Problem::Unreadable)?;
        let choices = Choices {
            leak_mb: self.leak_mb,
            cpu_percent: self.cpu_percent,
            contention_s: self.contention_s,
            count_idle_waits: self.count_idle_waits,
            owners,
        };
        choices.settings().map_err(|error| {
            let line = chain(&error);
            match error {
                SettingsError::Owners { .. } => Problem::Unreadable(line),
                SettingsError::Threshold { .. } | SettingsError::Thresholds(_) => {
                    Problem::Usage(line)
                }
            }
        })
    }
}

/// Why the program stops, and with which exit status.
enum Problem {
    /// 1
    Unreadable(Failure),
    /// 2
    Usage(Failure),
}

impl From<Failure> for Problem {
    fn from(failure: Failure) -> Self {
        Self::Unreadable(failure)
    }
}

fn formats() -> impl TypedValueParser<Value = ExportFormat> {
    PossibleValuesParser::new(ExportFormat::ALL.map(ExportFormat::as_str)).try_map(|name| {
        ExportFormat::ALL
            .into_iter()
            .find(|format| format.as_str() == name)
            .ok_or("unknown format")
    })
}

fn profiles() -> impl TypedValueParser<Value = ProfileName> {
    PossibleValuesParser::new(ProfileName::ALL.map(ProfileName::as_str)).try_map(|name| {
        ProfileName::ALL
            .into_iter()
            .find(|profile| profile.as_str() == name)
            .ok_or("unknown profile")
    })
}

#[derive(clap::Args)]
struct Top {
    /// A flare (with --process and --profile) or a profile file.
    file: PathBuf,
    /// Process of the flare, for example core.
    #[arg(long, requires = "profile", conflicts_with = "diff_base")]
    process: Option<String>,
    /// Profile of that process.
    #[arg(long, value_parser = profiles(), requires = "process")]
    profile: Option<ProfileName>,
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

/// Where the written procedure keeps reports.
const INVESTIGATIONS: &str = "investigations";

/// One line that says what and where.
type Failure = String;

fn main() -> ExitCode {
    let result = match Arguments::parse().command {
        Command::Report(arguments) => report(&arguments),
        Command::Top(arguments) => top_table(&arguments).map_err(Problem::from),
        Command::Files { flare } => files(&flare).map_err(Problem::from),
    };
    let (status, failure) = match result {
        Ok(()) => return ExitCode::SUCCESS,
        Err(Problem::Unreadable(failure)) => (1, failure),
        Err(Problem::Usage(failure)) => (2, failure),
    };
    let line = failure.split_whitespace().collect::<Vec<_>>().join(" ");
    // Control characters of a hostile name must not reach the terminal.
    eprintln!("flarescope: {}", printable(&line));
    ExitCode::from(status)
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
        regular(path, &metadata)?;
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

fn report(arguments: &Report) -> Result<(), Problem> {
    let path = arguments.flare.as_path();
    let settings = arguments.judging.settings()?;
    let (name, input) = input(path)?;
    let flare = OpenFlare::read(&name, input, settings, &mut |_| {})
        .map_err(|error| failure(path, &error))?;
    let options = ExportOptions {
        symptom: arguments.symptom.clone(),
        link: arguments.link.clone(),
        redact: arguments.redact,
        brief: !arguments.full,
    };
    let export = export(flare.report(), arguments.format, &options);
    if arguments.save {
        let folder = Path::new(INVESTIGATIONS);
        std::fs::create_dir_all(folder).map_err(|error| failure(folder, &error))?;
        let path = folder.join(&export.file_name);
        std::fs::write(&path, export.text).map_err(|error| failure(&path, &error))?;
        print(&format!("{}\n", path.display()))?;
        return Ok(());
    }
    match &arguments.output {
        Some(output) => {
            std::fs::write(output, export.text).map_err(|error| failure(output, &error))?;
        }
        None => print(&export.text)?,
    }
    Ok(())
}

fn print(text: &str) -> Result<(), Failure> {
    match std::io::stdout().write_all(text.as_bytes()) {
        // A reader that has seen enough, as `head` does, is no failure.
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
        Err(error) => Err(format!("standard output: {error}")),
        Ok(()) => Ok(()),
    }
}

/// Pipes and devices may never end, or never begin.
fn regular(path: &Path, metadata: &std::fs::Metadata) -> Result<(), Failure> {
    if metadata.is_file() {
        return Ok(());
    }
    let what = if metadata.is_dir() {
        "is a folder, not a profile"
    } else {
        "is neither a file nor a folder"
    };
    Err(format!("{}: {what}", path.display()))
}

fn read_profile(path: &Path) -> Result<Profile, Failure> {
    let metadata = std::fs::metadata(path).map_err(|error| failure(path, &error))?;
    regular(path, &metadata)?;
    let limits = Limits::default();
    // Packed or not, no more is of use; one byte more tells that there is more.
    let mut bytes = Vec::new();
    File::open(path)
        .and_then(|file| {
            file.take(limits.unpacked_bytes.saturating_add(1))
                .read_to_end(&mut bytes)
        })
        .map_err(|error| failure(path, &error))?;
    decode(bytes, &limits).map_err(|error| failure(path, &error))
}

fn top_table(arguments: &Top) -> Result<(), Failure> {
    let path = arguments.file.as_path();
    let options = TopOptions {
        node_fraction: arguments.nodefraction,
        edge_fraction: arguments.edgefraction,
        node_count: arguments.n,
        by_cum: arguments.cum,
        first: 0,
    };
    let text = |view: &View| top(view, options).text(view);
    let kind = arguments.sample_type.as_str();
    let text = if let (Some(process), Some(profile)) = (&arguments.process, arguments.profile) {
        let (name, input) = input(path)?;
        let mut flare = Flare::open(&name, input, &flare::Limits::default())
            .map_err(|error| failure(path, &error))?;
        let settings = Settings::default();
        let process = Process::parse(process);
        let view = read_view(&mut flare, &settings, &process, profile, kind)
            .map_err(|error| failure(path, &error))?;
        text(&view)
    } else {
        let profile = read_profile(path)?;
        let base = arguments
            .diff_base
            .as_deref()
            .map(read_profile)
            .transpose()?;
        let view = match base {
            Some(base) => View::diff(profile, base, kind),
            None => View::of(profile, kind),
        };
        text(&view.map_err(|error| failure(path, &error))?)
    };
    print(&text)
}

fn files(path: &Path) -> Result<(), Failure> {
    let (name, input) = input(path)?;
    let flare = OpenFlare::read(&name, input, Settings::default(), &mut |_| {})
        .map_err(|error| failure(path, &error))?;
    let mut text = String::new();
    for file in &flare.report().files {
        text.push_str(&format!(
            "{:<6} {:>12}  {}  ({})\n",
            file.role().as_str(),
            file.size,
            printable(&file.path),
            printable(&report::texts::files::reason(file))
        ));
    }
    print(&text)
}
