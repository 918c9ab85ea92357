// Written by autograd/exploring/constants.py, which says where each of these is from.

export const ABOUT = "";
export const ALONG = [0.5, 0.38, 0.62, 0.28, 0.72, 0.2, 0.8, 0.44, 0.56, 0.33, 0.67, 0.14, 0.86];
export const BOLD = 8.2;
export const CLOSE = "";
export const COLOURINGS = ["role", "value", "gradient"];
export const COMMA = "";
export const COMPOUND = "b";
export const CUT = "cut off";
export const DECIMAL = "";
export const DIGITS_OF_ANSWERS = 3;
export const DRAWS = 40;
export const EXACT_DIGITS = 13;
export const EXACT_FORMULAS = 1e-9;
export const EXACT_WITHIN = 1e-14;
export const FORMULA_LENGTH = 18;
export const INDENT = "\\quad";
export const LEVELS = ["neurons", "neurons with z", "everything"];
export const MAX_PATHS = 8;
export const MINUS = "";
export const LONGEST = 1000;
export const MOST_FACTORS = 200;
export const MOST_LETTERS = 6;
export const MOST_NAMED = 3;
export const MOST_OFF = 0.01;
export const MOST_PAIRED = 80;
export const MOST_ROUNDED = 0.1;
export const MOST_SWAPPED = 8;
export const MOST_SUBTOTALS = 8;
export const OTHER_NAMES = ["δ", "delta", "η", "eta", "e", "π", "pi", "f", "g", "φ", "ϕ"];
export const OTHERS = 2;
export const NEGATIVE = "-";
export const OPEN = "";
export const PLAIN_BELOW = 1e6;
export const PLAIN_FROM = 0.0001;
export const RAISED = "r";
export const RESULT = "z";
export const REWRITTEN = [
  ["\\\\(?:cdot|times|ast)(?![a-zA-Z])", "*"],
  ["\\\\[dtc]frac(?![a-zA-Z])", "\\frac"],
  ["\\\\(?:left|right|[bB]igg?[lr]?)(?![a-zA-Z])", ""],
  ["\\\\[lr]?vert(?![a-zA-Z])", "|"],
  ["\\\\[,;:! ]", " "],
  ["\\\\(?:mathrm|operatorname|text|mathit)\\{([^{}]*)\\}", " $1"],
  ["\\\\sigma(?![a-zA-Z])|sigma(?=['′’(^²])", " σ"],
  ["\\\\partial(?![a-zA-Z])", " ∂"],
  ["\\\\delta(?![a-zA-Z])", " δ"],
  ["\\\\eta(?![a-zA-Z])", " η"],
  ["\\\\(?:var)?phi(?![a-zA-Z])", " φ"],
  ["\\\\(?!frac(?![a-zA-Z]))([a-zA-Z]+)", " $1"],
  ["[·×⋅∗•]", "*"],
  ["[−–‐]", "-"],
  ["÷", "/"],
  [">=", "≥"],
  ["<=", "≤"],
  ["([_^])\\{([^\\s{}()+*/^_.-]+)\\}", "$1$2"],
  ["\\\\frac\\{\\s*([∂d][^{}]+)\\}\\{\\s*([∂d][^{}]+)\\}", "($1/$2)"],
  ["\\{", "("],
  ["\\}", ")"],
  ["[′’]", "'"],
  ["\\*\\*", "^"],
];
export const RIGHT = ["right", "shown"];
export const ROOM_BESIDE = 22;
export const SIZES = ["normal", "large"];
export const SPEEDS = [0.5, 1, 2, 5, 20];
export const SWITCH = ["off", "on"];
export const TABS = ["selected", "numbers", "learn"];
export const TOPICS = ["backward", "gradient", "forward", "update"];
