//! The page's colours as eyes have them: what must be told apart is, and texts can be read, in both
//! themes; the exported file has the same colours.

use std::collections::BTreeMap;
use std::fs;

use crate::tidy::root;

/// How many owners have a colour, and steps the scale of parts.
const COLOURS: usize = 8;

/// A colour in OKLab: lightness 0 to 1, green to red, blue to yellow.
#[derive(Clone, Copy, Debug)]
struct Lab([f64; 3]);

impl Lab {
    /// `#rrggbb`.
    fn of_hex(text: &str) -> Option<Self> {
        let digits = text.strip_prefix('#').filter(|digits| digits.len() == 6)?;
        let part = |at: usize| u8::from_str_radix(digits.get(at..at + 2)?, 16).ok();
        let [r, g, b] = [part(0)?, part(2)?, part(4)?].map(|part| {
            let part = f64::from(part) / 255.0;
            match part {
                0.04045.. => ((part + 0.055) / 1.055).powf(2.4),
                _ => part / 12.92,
            }
        });
        let l = (0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b).cbrt();
        let m = (0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b).cbrt();
        let s = (0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b).cbrt();
        Some(Self([
            0.2104542553 * l + 0.7936177850 * m - 0.0040720468 * s,
            1.9779984951 * l - 2.4285922050 * m + 0.4505937099 * s,
            0.0259040371 * l + 0.7827717662 * m - 0.8086757660 * s,
        ]))
    }

    /// `oklch(0.55 0.16 255)`.
    fn of_oklch(text: &str) -> Option<Self> {
        let inner = text.strip_prefix("oklch(")?.strip_suffix(')')?;
        let parts: Vec<f64> = inner
            .split(' ')
            .filter_map(|part| part.parse().ok())
            .collect();
        let [lightness, chroma, hue] = parts.as_slice() else {
            return None;
        };
        let (sin, cos) = hue.to_radians().sin_cos();
        Some(Self([*lightness, chroma * cos, chroma * sin]))
    }

    fn of(text: &str) -> Self {
        let colour = Self::of_hex(text).or_else(|| Self::of_oklch(text));
        colour.unwrap_or_else(|| panic!("{text:?} is no colour that this test reads"))
    }

    /// Linear light: red, green, blue. Outside of 0 to 1 where no screen has the colour.
    fn linear(self) -> [f64; 3] {
        let Self([lightness, a, b]) = self;
        let l = (lightness + 0.3963377774 * a + 0.2158037573 * b).powi(3);
        let m = (lightness - 0.1055613458 * a - 0.0638541728 * b).powi(3);
        let s = (lightness - 0.0894841775 * a - 1.2914855480 * b).powi(3);
        [
            4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s,
            -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s,
            -0.0041960863 * l - 0.7034186147 * m + 1.7076147010 * s,
        ]
    }

    /// Red, green, blue as screens take them, 0 to 1.
    fn srgb(self) -> [f64; 3] {
        self.linear().map(|part| match part.clamp(0.0, 1.0) {
            part @ 0.0031308.. => 1.055 * part.powf(1.0 / 2.4) - 0.055,
            part => 12.92 * part,
        })
    }

    fn hex(self) -> String {
        let [r, g, b] = self.srgb().map(|part| (part * 255.0).round() as u8);
        format!("#{r:02x}{g:02x}{b:02x}")
    }

    /// `color-mix(in oklab, self part, other)`.
    fn mixed(self, part: f64, other: Self) -> Self {
        let Self([a, b, c]) = self;
        let Self([d, e, f]) = other;
        Self([(a, d), (b, e), (c, f)].map(|(own, other)| own * part + other * (1.0 - part)))
    }

    /// What shows where a colour lies with this opacity on another.
    fn over(self, opacity: f64, below: Self) -> Self {
        let mut parts = self.srgb();
        for (part, below) in parts.iter_mut().zip(below.srgb()) {
            *part = *part * opacity + below * (1.0 - opacity);
        }
        let [r, g, b] = parts.map(|part| (part * 255.0).round() as u8);
        Self::of(&format!("#{r:02x}{g:02x}{b:02x}"))
    }

    /// The ratio of WCAG 2, 1 to 21.
    fn contrast(self, other: Self) -> f64 {
        let light = |colour: Self| {
            let [r, g, b] = colour.linear().map(|part| part.clamp(0.0, 1.0));
            0.2126 * r + 0.7152 * g + 0.0722 * b + 0.05
        };
        let (one, other) = (light(self), light(other));
        one.max(other) / one.min(other)
    }

    /// How different two colours look: 0.02 is just seen side by side.
    fn distance(self, other: Self) -> f64 {
        let Self(one) = self;
        let parts = one
            .iter()
            .zip(other.0)
            .map(|(one, other)| (one - other).powi(2));
        parts.sum::<f64>().sqrt()
    }
}

/// The colours of one theme by their names, and what is a share of 1.
struct Theme {
    name: &'static str,
    values: BTreeMap<String, String>,
}

impl Theme {
    fn colour(&self, name: &str) -> Lab {
        let value = self.values.get(name);
        Lab::of(value.unwrap_or_else(|| panic!("{}: there is no --{name}", self.name)))
    }

    fn share(&self, name: &str) -> f64 {
        let percent = self
            .values
            .get(name)
            .and_then(|value| value.strip_suffix('%'));
        percent.unwrap().parse::<f64>().unwrap() / 100.0
    }

    fn scale(&self, name: &str) -> Vec<Lab> {
        let steps = 0..COLOURS;
        assert!(!self.values.contains_key(&format!("{name}-{COLOURS}")));
        steps
            .map(|step| self.colour(&format!("{name}-{step}")))
            .collect()
    }
}

fn read(path: &str) -> String {
    let text = fs::read_to_string(root().join(path)).unwrap();
    // Comments may hold anything.
    let mut out = String::new();
    let mut rest = text.as_str();
    while let Some((before, after)) = rest.split_once("/*") {
        out.push_str(before);
        rest = after.split_once("*/").unwrap().1;
    }
    out.push_str(rest);
    out
}

/// Declarations of `--name: value;` in a text, the first of each name.
fn declared(text: &str) -> BTreeMap<String, String> {
    let mut values = BTreeMap::new();
    for part in text.split([';', '{', '}']) {
        if let Some((name, value)) = part.split_once(':')
            && let Some(name) = name.trim().strip_prefix("--")
        {
            let value = value.trim().to_owned();
            values.entry(name.to_owned()).or_insert(value);
        }
    }
    values
}

/// `www/css/tokens.css` in both themes.
fn themes() -> [Theme; 2] {
    let declared = declared(&read("www/css/tokens.css"));
    let of = |name, dark: bool| {
        let values = declared.iter().map(|(token, value)| {
            let both = value.strip_prefix("light-dark(");
            let both = both.and_then(|both| both.strip_suffix(')'));
            // The comma between both is the one after which a colour ends.
            let both = both.and_then(|both| both.split_once(", "));
            let value = both.map_or(value.as_str(), |(light, other)| match dark {
                true => other,
                false => light,
            });
            (token.clone(), value.to_owned())
        });
        Theme {
            name,
            values: values.collect(),
        }
    };
    [of("light", false), of("dark", true)]
}

/// The exported file's colours, a block for each theme.
fn exported() -> [Theme; 2] {
    let text = read("crates/report/src/html.css");
    let (light, dark) = text.split_once("prefers-color-scheme: dark").unwrap();
    let of = |name, text| Theme {
        name,
        values: declared(text),
    };
    [of("light", light), of("dark", dark)]
}

#[test]
fn colours_are_read_as_browsers_do() {
    let white = Lab::of("#ffffff");
    let black = Lab::of("#000000");
    assert!((white.contrast(black) - 21.0).abs() < 1e-6);
    assert!((Lab::of("#777777").contrast(white) - 4.48).abs() < 0.005);
    // Chromium's own conversion.
    assert_eq!(Lab::of("oklch(0.55 0.16 255)").hex(), "#2171cc");
    assert_eq!(Lab::of("oklch(0.72 0.13 255)").hex(), "#6aa7f4");
    for hex in ["#123456", "#fedcba", "#00ff7f"] {
        assert_eq!(Lab::of(hex).hex(), hex);
    }
    assert_eq!(white.mixed(0.5, white).hex(), "#ffffff");
    assert_eq!(black.over(0.25, white).hex(), "#bfbfbf");
}

/// Side by side in one bar, or below each other in one table.
#[test]
fn no_two_owners_look_alike_and_no_two_parts() {
    for theme in themes() {
        for (scale, apart) in [("owner", 0.12), ("part", 0.08)] {
            let colours = theme.scale(scale);
            for (at, one) in colours.iter().enumerate() {
                for (other_at, other) in colours.iter().enumerate().skip(at + 1) {
                    let distance = one.distance(*other);
                    let which = format!("{}: {scale} {at} and {other_at}", theme.name);
                    assert!(distance >= apart, "{which}: {distance:.3}");
                }
                // What nobody owns, and who has no colour, stand in the same bar.
                for neutral in ["nobody", "letters"] {
                    let distance = one.distance(theme.colour(neutral));
                    let which = format!("{}: {scale} {at} and --{neutral}", theme.name);
                    assert!(distance >= 0.06, "{which}: {distance:.3}");
                }
                for part in one.linear() {
                    let on_screens = (-0.002..=1.002).contains(&part);
                    assert!(on_screens, "{}: {scale} {at} is on no screen", theme.name);
                }
            }
        }
        let neutrals = theme.colour("nobody").distance(theme.colour("letters"));
        assert!(neutrals >= 0.12, "{}: {neutrals:.3}", theme.name);
    }
}

/// The flat bar lies on the cumulative one, and that on the page.
#[test]
fn flat_and_cumulative_tones_differ_by_three_to_one() {
    for (theme, exported) in themes().into_iter().zip(exported()) {
        let surface = theme.colour("surface");
        let strength = theme.share("bar-cum-strength");
        let mut fills: Vec<(String, Lab)> = (theme.scale("owner").into_iter().enumerate())
            .map(|(at, colour)| (format!("{}: owner {at}", theme.name), colour))
            .collect();
        for name in ["nobody", "letters"] {
            fills.push((format!("{}: --{name}", theme.name), theme.colour(name)));
        }
        for (which, flat) in fills {
            let tint = flat.mixed(strength, surface);
            let paper = flat.over(strength, exported.colour("surface"));
            for tint in [tint, paper] {
                let (tones, below) = (flat.contrast(tint), tint.contrast(surface));
                assert!(tones >= 3.0, "{which}: flat on cumulative {tones:.2}");
                assert!(below >= 1.5, "{which}: cumulative on the page {below:.2}");
            }
        }
        for part in theme.scale("part") {
            let contrast = part.contrast(surface);
            assert!(contrast >= 3.0, "{}: {contrast:.2}", theme.name);
        }
    }
}

/// No text lies on a bar; what stands beside bars can be read on each surface that it may stand on.
#[test]
fn texts_beside_bars_can_be_read() {
    for theme in themes() {
        for surface in [
            "surface",
            "surface-sunken",
            "surface-raised",
            "surface-hover",
        ] {
            for text in [
                "text",
                "text-muted",
                "text-on-bar",
                "letters",
                "diff-less",
                "accent",
            ] {
                let contrast = theme.colour(text).contrast(theme.colour(surface));
                let which = format!("{}: --{text} on --{surface}", theme.name);
                assert!(contrast >= 4.5, "{which}: {contrast:.2}");
            }
        }
    }
}

/// Old viewers know no `oklch()`, so the exported file has its colours written out.
#[test]
fn the_exported_file_has_the_same_colours() {
    for (theme, exported) in themes().into_iter().zip(exported()) {
        let scales = ["owner", "part"];
        let steps = scales.iter().flat_map(|scale| {
            let steps = 0..COLOURS;
            steps.map(move |step| format!("{scale}-{step}"))
        });
        let neutrals = ["nobody", "letters", "surface", "text"].map(str::to_owned);
        for name in steps.chain(neutrals) {
            let (page, file) = (theme.colour(&name).hex(), exported.colour(&name).hex());
            assert_eq!(page, file, "{}: --{name}", theme.name);
        }
    }
    let share = (themes()[0].share("bar-cum-strength") * 100.0).round();
    let opacity = format!(".bar-cum {{ opacity: 0.{share}; }}");
    assert!(
        read("crates/report/src/html.css").contains(&opacity),
        "{opacity}"
    );
}
