// What Python tells the page, and what modules hand one another. There is nothing here to run.

/**
 * @typedef {"text" | "latex" | "mathml"} Form
 * @typedef {{value: (x: number[]) => number, partials: (z: number, x: number[]) => number[],
 *   wrong?: (z: number, x: number[]) => number[]}} Functions  of a signature
 * @typedef {{scalars: (rate: number, step: number) => number[], rule: (...numbers: number[]) => number[]}} Rule  from w, its
 *   gradient, what is kept of it and the scalars, to the next w and the next of what is kept
 * @typedef {{nodes: Functions[], rules: Rule[]}} Library
 * @typedef {(ieee: typeof import("./ieee.js")) => Library} MakeFunctions
 * @typedef {{name: Text, words: Text, kept: number, plain: boolean, formulas: string[]}} RuleData  formulas are MathML;
 *   plain is w − η · ∂C/∂w
 * @typedef {[text: string, latex: string, mathml: string]} Label
 * @typedef {[message: string, values?: Record<string, unknown>]} Message  to be put into words, as by t()
 * @typedef {string | Message} Text  a string is the reader's own, and stays
 * @typedef {{lang: string | null, languages: string[], plurals: ((n: number) => number)[],
 *   texts: Record<string, (string | string[])[]>}} Words  what there is of other languages; lang is spoken in any case
 * @typedef {{label: Label, role: string, data?: number | string, signature?: number, operands?: number[]}} NodeData
 * @typedef {{name: Text, formula: number[], partials: number[][], steepest?: number, dies?: boolean,
 *   made: Message, rule: Message, wrong?: [variable: number, mistake: number, text: number][], called?: string[], terms?: number[][],
 *   ways?: [mistake: number, terms: number[], multiplied: number][]}} SignatureData
 *   templates are indices of texts; steepest is the slope of one that saturates
 * @typedef {[x: number, y: number, width: number, height: number]} Placed  by its middle
 * @typedef {{item: number, kind: string, title: Text, head: number | null, open: boolean,
 *   items: [item: number, ...place: Placed][], lane?: Placed, routes?: [from: number, to: number, curve: number[]][]}} BoxData
 * @typedef {[item: number, shape: "circle" | "bias" | "box", layer: number, ...place: Placed]} Spot  layer: how many
 *   columns of neurons there are up to here, before each of which there may be more room
 * @typedef {{neurons: [z: number, head: number, lines: number[]][], places: Spot[][]}} NetworkData  lines: weights and
 *   what each multiplies, in turn; places: at each level but that of everything
 * @typedef {{nodes: number[], signature: number, choices: {name: string, signature: number}[]}} SwitchData
 * @typedef {{feed: number[], rows: number[][], predictions: number[], batch: number}} LearningData
 * @typedef {{mistakes: [name: Message, text: Message][], verdicts: Record<string, Message>, approach: Record<string, Message>,
 *   directions: Message[],
 *   sums: Record<string, [mistake: number, terms: number[], multiplied: number][]>,
 *   update: [mistake: number, terms: number[][], about: number][], missing: number, before: number, index: number,
 *   swapped: number, dropped: number, opposite: number, flips: number[],
 *   instead: Record<string, [mistake: number, factor: number[] | number][]>,
 *   others: Record<string, [mistake: number, node: number][]>, parameters: number[]}} PracticeData
 * @typedef {{name: string, definition?: string, words?: Text, derivative?: string}} FunctionData  in MathML, but words
 * @typedef {{about: "gradient" | "value" | "update", node: number}} About  what is asked for, and hidden until then
 * @typedef {{ask: Text, choices: Text[], right: number, why: Text, wrong: Text[]} & Partial<About>} ChoiceData
 * @typedef {{title: Text, text: Text[], view: string, question?: ChoiceData | About, action?: Action}} SceneData
 * @typedef {"step" | "many steps" | "practice"} Action  what a scene offers to do
 * @typedef {SceneData[]} TourData
 * @typedef {{functions: FunctionData[], of: number[][], convention: null | {weight: number, to: number, by: number,
 *   order: "to" | "from", raised: boolean}}} LegendData
 * @typedef {{title: Text, lr: number, digits: number, nodes: NodeData[], unasked: number[], boxes: BoxData[], switches: SwitchData[],
 *   hide: string[], lock: {leaves: number[], controls: string[]}, start: string, legend: LegendData,
 *   signatures: SignatureData[], cancelled: Record<string, number[]>, texts: string[], rules: RuleData[],
 *   learning?: LearningData, practice: PracticeData, tour?: TourData, network?: NetworkData}} Data
 */

/**
 * @typedef {{of: number, by: number, k: number}} Edge  to a node from its k-th variable; there is one object for each
 * @typedef {{of: number, by: number, way: Edge[]}} Link  how a node depends on another: by these edges, from it back
 * @typedef {{x: number, y: number, width: number, height: number}} Rectangle  by its upper left corner
 * @typedef {{kind: "partial" | "derivative", edge: Edge} | {kind: "cancelled", edge: Edge, inner: Edge}
 *   | {kind: "gradient", node: number}} Factor
 * @typedef {{sign: string, text: string, place?: "under" | "beside", term?: number}} Line  under the sum whose term it is,
 *   or beside what is before it; term is which of several
 * @typedef {{left: string, lines: Line[]}} Equation
 */

export {};
