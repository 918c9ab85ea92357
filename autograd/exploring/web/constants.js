// Written by autograd/exploring/constants.py, which says where each of these is from.

export const ABOUT = "\ue002";
export const BOLD = 8.2;
export const CLOSE = "\ue001";
export const COMPOUND = "b";
export const CUT = "cut off";
export const DIGITS_OF_ANSWERS = 3;
export const DRAWS = 40;
export const EXACT_DIGITS = 13;
export const EXACT_FORMULAS = 1e-9;
export const EXACT_WITHIN = 1e-14;
export const FORMULA_LENGTH = 18;
export const INDENT = "\\quad";
export const MAX_PATHS = 8;
export const MINUS = "\ue003";
export const MOST_NAMED = 3;
export const MOST_PAIRED = 80;
export const MOST_SUBTOTALS = 8;
export const OTHERS = 2;
export const NEGATIVE = "-";
export const OPEN = "\ue000";
export const PLAIN_BELOW = 1e6;
export const PLAIN_FROM = 0.0001;
export const RAISED = "r";
export const RESULT = "z";
export const ROOM_BESIDE = 22;
