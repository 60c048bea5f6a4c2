//! Kinds of tokens and their names in messages.

/// What a token is. Texts of strings and paths are not tokens: the parser reads them where they begin.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub enum Kind {
    /// The end of the text.
    End,
    /// An identifier that is no keyword.
    Id,
    /// Digits.
    Int,
    /// A floating point number.
    Float,
    /// The beginning of a path up to an interpolation.
    Path,
    /// The same, relative to the home directory.
    HomePath,
    /// `<a/b>`
    SearchPath,
    /// A URI.
    Uri,
    /// `if`
    If,
    /// `then`
    Then,
    /// `else`
    Else,
    /// `assert`
    Assert,
    /// `with`
    With,
    /// `let`
    Let,
    /// `in`
    In,
    /// `rec`
    Rec,
    /// `inherit`
    Inherit,
    /// `or`
    OrKeyword,
    /// `==`
    Equal,
    /// `!=`
    NotEqual,
    /// `<=`
    LessOrEqual,
    /// `>=`
    GreaterOrEqual,
    /// `&&`
    And,
    /// `||`
    Or,
    /// `->`
    Implies,
    /// `//`
    Update,
    /// `++`
    Concat,
    /// `<|`
    PipeFrom,
    /// `|>`
    PipeInto,
    /// `${`
    DollarCurly,
    /// `"`
    Quote,
    /// `''`
    IndentedOpen,
    /// `...`
    Ellipsis,
    /// `(`
    ParenOpen,
    /// `)`
    ParenClose,
    /// `{`
    CurlyOpen,
    /// `}`
    CurlyClose,
    /// `[`
    BracketOpen,
    /// `]`
    BracketClose,
    /// `.`
    Dot,
    /// `,`
    Comma,
    /// `:`
    Colon,
    /// `;`
    Semicolon,
    /// `=`
    Assign,
    /// `@`
    At,
    /// `?`
    Question,
    /// `!`
    Not,
    /// `<`
    Less,
    /// `>`
    Greater,
    /// `+`
    Plus,
    /// `-`
    Minus,
    /// `*`
    Star,
    /// `/`
    Slash,
    /// Any other byte.
    Unknown,
}

/// One token: its kind and the offsets of its text.
#[derive(Clone, Copy, Debug)]
pub struct Token {
    /// What it is.
    pub kind: Kind,
    /// Offset of its first byte.
    pub start: u32,
    /// Offset after its last byte.
    pub end: u32,
}

impl Kind {
    /// Returns the name in the reference's syntax error messages (token declarations of `parser.y`).
    pub fn name(self) -> &'static str {
        match self {
            Kind::End => "end of file",
            Kind::Id => "identifier",
            Kind::Int => "integer",
            Kind::Float => "floating-point literal",
            Kind::Path => "path",
            Kind::HomePath => "'~/…' path",
            Kind::SearchPath => "'<…>' path",
            Kind::Uri => "URI",
            Kind::If => "'if'",
            Kind::Then => "'then'",
            Kind::Else => "'else'",
            Kind::Assert => "'assert'",
            Kind::With => "'with'",
            Kind::Let => "'let'",
            Kind::In => "'in'",
            Kind::Rec => "'rec'",
            Kind::Inherit => "'inherit'",
            Kind::OrKeyword => "'or'",
            Kind::Equal => "'=='",
            Kind::NotEqual => "'!='",
            Kind::LessOrEqual => "'<='",
            Kind::GreaterOrEqual => "'>='",
            Kind::And => "'&&'",
            Kind::Or => "'||'",
            Kind::Implies => "'->'",
            Kind::Update => "'//'",
            Kind::Concat => "'++'",
            Kind::PipeFrom => "'<|'",
            Kind::PipeInto => "'|>'",
            Kind::DollarCurly => "'${'",
            Kind::Quote => "'\"'",
            Kind::IndentedOpen => "start of an indented string",
            Kind::Ellipsis => "'...'",
            Kind::ParenOpen => "'('",
            Kind::ParenClose => "')'",
            Kind::CurlyOpen => "'{'",
            Kind::CurlyClose => "'}'",
            Kind::BracketOpen => "'['",
            Kind::BracketClose => "']'",
            Kind::Dot => "'.'",
            Kind::Comma => "','",
            Kind::Colon => "':'",
            Kind::Semicolon => "';'",
            Kind::Assign => "'='",
            Kind::At => "'@'",
            Kind::Question => "'?'",
            Kind::Not => "'!'",
            Kind::Less => "'<'",
            Kind::Greater => "'>'",
            Kind::Plus => "'+'",
            Kind::Minus => "'-'",
            Kind::Star => "'*'",
            Kind::Slash => "'/'",
            Kind::Unknown => "invalid token",
        }
    }

    /// Tells whether an operand of an application can start with it.
    #[inline]
    pub fn starts_operand(self) -> bool {
        matches!(
            self,
            Kind::Id
                | Kind::Int
                | Kind::Float
                | Kind::Path
                | Kind::HomePath
                | Kind::SearchPath
                | Kind::Uri
                | Kind::Let
                | Kind::Rec
                | Kind::Quote
                | Kind::IndentedOpen
                | Kind::ParenOpen
                | Kind::CurlyOpen
                | Kind::BracketOpen
        )
    }
}

/// The number of bytes of `inherit`.
pub const LONGEST_KEYWORD: usize = 7;

/// Returns the keyword with this text, or `Id`.
#[inline]
pub fn keyword(text: &[u8]) -> Kind {
    // Most identifiers begin with another letter.
    if !matches!(
        text.first(),
        Some(b'a' | b'e' | b'i' | b'l' | b'o' | b'r' | b't' | b'w')
    ) {
        return Kind::Id;
    }
    match text {
        b"if" => Kind::If,
        b"in" => Kind::In,
        b"or" => Kind::OrKeyword,
        b"let" => Kind::Let,
        b"rec" => Kind::Rec,
        b"then" => Kind::Then,
        b"else" => Kind::Else,
        b"with" => Kind::With,
        b"assert" => Kind::Assert,
        b"inherit" => Kind::Inherit,
        _ => Kind::Id,
    }
}
