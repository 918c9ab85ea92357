"""Guided tours through the explorer's page: data, which `autograd.explore(…, tour=…)` and `nn.explore(…, tour=…)` show.

Each is a list of scenes, as a teacher writes one: a title, a few sentences, a view of the page, which is what its
address holds, and where it helps a question. `page` makes the page that a tour is for.
"""

from typing import Any

from autograd import Explorer, Value, explore
from autograd.words import Message
from nn.exploring import explore as explore_model
from nn.layers import MLP
from nn.networks import cost, two_three_one

Tour = list[dict[str, Any]]

TWO_THREE_ONE: Tour = [
    {
        "title": Message("What the indices say"),
        "text": [
            Message("Two inputs, three hidden neurons, one output: the 2-3-1 network."),
            Message(
                "Lines between circles are weights: orange above 0, blue below. w¹₂₁, in the first gap, leads to "
                "neuron 2 from input 1."
            ),
        ],
        "view": {"step": 0},
        "question": {
            "ask": Message("Which weight leads to hidden neuron 3 from input 2?"),
            "choices": ["w¹₂₃", "w¹₃₂", "w²₁₃"],
            "right": 1,
            "why": Message("First where it leads to, then where it comes from."),
            "wrong": [
                Message("That one leads to neuron 2 from input 3: the first lower index says where a weight leads to."),
                "",
                Message("The upper 2 is the second gap, between the hidden neurons and the output."),
            ],
        },
    },
    {
        "title": Message("A neuron adds up"),
        "text": Message(
            "Each neuron multiplies its inputs by its weights and adds a number of its own, the bias b. Work out the "
            "first sum, z²₁. Three significant digits are enough, here and in all answers."
        ),
        "view": {"step": 1, "level": "neurons with z"},
        "question": {"about": "value", "node": "z^2_1"},
    },
    {
        "title": Message("Then it bends"),
        "text": Message(
            "The activation σ(z) = 1/(1 + e⁻ᶻ) squeezes the sum into the range from 0 to 1. Without it, sums of sums "
            "would be sums again: the whole network could only draw a straight line."
        ),
        "view": {"step": 2, "select": "a^2_1", "level": "neurons with z"},
        "question": {
            "ask": Message("Where is σ steepest?"),
            "choices": [Message("at z = 0"), Message("where z is large"), Message("it is equally steep everywhere")],
            "right": 0,
            "why": Message("There its slope is ¼. Far out it is nearly flat, and little gradient passes back."),
            "wrong": [
                "",
                Message("There σ(z) is nearly 1 already, and has hardly any way left to rise."),
                Message("Then it would be a straight line, and not stay between 0 and 1."),
            ],
        },
    },
    {
        "title": Message("The prediction and its cost"),
        "text": Message(
            "Forward, layer by layer, to the prediction a³₁. The cost C is the square of what is missing to the "
            "target y."
        ),
        "view": {"step": 9, "select": "C"},
        "question": {
            "ask": Message("The prediction is below the target. If it rose a little, C would …"),
            "choices": [Message("rise"), Message("fall"), Message("stay")],
            "right": 1,
            "why": Message(
                "So ∂C/∂a³₁ is negative: the derivative of C by a³₁, with all else held still (hence ∂ for d)."
            ),
            "wrong": [
                Message("C is the square of the distance to y: is that distance larger then, or smaller?"),
                "",
                Message("C is the square of the distance to y, and that changes."),
            ],
            "about": "gradient",
            "node": "a^3_1",
        },
    },
    {
        "title": Message("Backward begins"),
        "text": Message(
            "Now the question turns round: how does C change with each number before it? The derivative of C with "
            "respect to a number is its gradient; along one edge alone it is a partial. The gradient of C itself is 1."
        ),
        "view": {"step": 10},
    },
    {
        "title": Message("The first factor"),
        "text": Message(
            "C hands its gradient, 1, on to the prediction, times the partial on the edge: the derivative of "
            "(y − a³₁)² by a³₁. Mind the inner derivative, that of y − a³₁."
        ),
        "view": {"step": 10},
        "question": {"about": "gradient", "node": "a^3_1"},
    },
    {
        "title": Message("Through the activation"),
        "text": Message(
            "At σ the gradient is multiplied by the slope at z³₁. The derivative of σ(z) = 1/(1 + e⁻ᶻ) is "
            "e⁻ᶻ/(1 + e⁻ᶻ)², which can be written with a³₁ alone."
        ),
        "view": {"step": 12, "level": "neurons with z"},
        "question": {
            "ask": Message("Which is the slope of a³₁ = σ(z³₁)?"),
            "choices": ["z³₁(1 − z³₁)", "a³₁(1 − a³₁)", "σ(a³₁)"],
            "right": 1,
            "why": Message("1/(1 + e⁻ᶻ) is a, and e⁻ᶻ/(1 + e⁻ᶻ) is 1 − a: the slope is their product."),
            "wrong": [
                Message("z and a are two things: 1/(1 + e⁻ᶻ) is a³₁, what comes out of σ."),
                "",
                Message("That would be σ once more, of its own result."),
            ],
            "about": "gradient",
            "node": "z^3_1",
        },
    },
    {
        "title": Message("A weight of the last layer"),
        "text": Message(
            "The derivative of a product by one factor is the other one: for the weight w²₁₁ it is its input, a²₁. "
            "With the two factors before it that makes three."
        ),
        "view": {"step": 12, "select": "w^2_11"},
        "question": {"about": "gradient", "node": "w^2_11"},
    },
    {
        "title": Message("One layer further back"),
        "text": Message(
            "From C back to w¹₂₁ the path is longer: through the output neuron, along one of its weights to hidden "
            "neuron 2, through its σ, to its input. Five factors, one product."
        ),
        "view": {"select": "w^1_21"},
        "question": {
            "ask": Message("Which weight is on this path?"),
            "choices": ["w²₁₁", "w²₁₂", "w²₁₃"],
            "right": 1,
            "why": Message("It leads to output neuron 1 from hidden neuron 2."),
            "wrong": [
                Message("That one comes from hidden neuron 1: follow the line from where w¹₂₁ leads to."),
                "",
                Message("That one comes from hidden neuron 3: follow the line from where w¹₂₁ leads to."),
            ],
            "about": "gradient",
            "node": "w^1_21",
        },
    },
    {
        "title": Message("One bias, three paths"),
        "text": Message(
            "b₁ is added in all three hidden neurons. A change of it reaches C along three paths, and their "
            "contributions are added."
        ),
        "view": {"step": 12, "select": "b_1"},
        "question": {"about": "gradient", "node": "b_1"},
    },
    {
        "title": Message("One step downhill"),
        "text": Message(
            "The gradient says which way is up. Gradient descent goes the other way: w ← w − η ∂C/∂w, for all eleven "
            "numbers at once. η (eta), the learning rate, sets how far. Then take the step, and watch C."
        ),
        "view": {"tab": "learn"},
        "question": {"about": "update", "node": "w^2_11"},
        "action": "step",
    },
    {
        "title": Message("Your turn"),
        "text": Message(
            "Now all of it: practice asks for backpropagation step by step, and New numbers gives you other numbers. "
            "After a wrong answer it says which mistake it was."
        ),
        "action": "practice",
    },
]

XOR_ROWS = [([0.0, 0.0], 0.0), ([0.0, 1.0], 1.0), ([1.0, 0.0], 1.0), ([1.0, 1.0], 0.0)]
XOR: Tour = [
    {
        "title": Message("Four points"),
        "text": Message(
            "XOR is 1 where exactly one of two inputs is 1. In the plane the ones lie in two opposite corners."
        ),
        "view": {"tab": "learn"},
        "question": {
            "ask": Message("Can one straight line part the ones from the zeros?"),
            "choices": [Message("yes"), Message("no")],
            "right": 1,
            "why": Message("So one neuron cannot learn it: it draws one line."),
        },
    },
    {
        "title": Message("A hidden layer"),
        "text": Message(
            "Each hidden neuron draws a line of its own, and the output combines what they say. With a layer between, "
            "the corners can be told apart."
        ),
        "view": {"row": 2},
    },
    {
        "title": Message("One row at a time"),
        "text": Message(
            "A step looks at a row, compares prediction and target, and hands the error back. Choose another row: the "
            "numbers in the picture are those of the row, the weights stay."
        ),
        "view": {"row": 3, "tab": "learn"},
        "question": {
            "ask": Message("What changes with the row?"),
            "choices": [Message("the weights"), Message("the activations and gradients"), Message("nothing")],
            "right": 1,
            "why": Message("Only learning changes weights."),
        },
    },
    {
        "title": Message("Learning"),
        "text": Message(
            "Take 100 steps, and more. The cost falls slowly at first: the hidden neurons have to part ways. Watch "
            "the boundary turn and bend."
        ),
        "view": {"tab": "learn", "batch": 4},
        "action": "many steps",
    },
    {
        "title": Message("What has been found"),
        "text": Message(
            "Take steps until the cost is near 0, and go through the four rows. Two hidden neurons are near 1 for one "
            "row alone: a²₃ where only x₁ is 1, a²₄ where only x₂ is."
        ),
        "view": {"tab": "learn", "batch": 4},
        "action": "many steps",
        "question": {
            "ask": Message("Of these two, the output is near 1 where …"),
            "choices": [Message("both are"), Message("one of them is"), Message("neither is")],
            "right": 1,
            "why": Message("One input without the other: that is XOR."),
        },
    },
]

TWO_MINIMA: Tour = [
    {
        "title": Message("A valley with two minima"),
        "text": Message(
            "C = x⁴ − 4x² + x is a curve with two valleys, and the left one is deeper. We stand somewhere, in fog: "
            "all we feel is the slope under our feet."
        ),
        "view": {"select": "x"},
        "question": {
            "ask": Message("The slope is positive. Which way is down?"),
            "choices": [Message("to smaller x"), Message("to larger x")],
            "right": 0,
            "why": Message("Against the gradient: x ← x − η ∂C/∂x."),
        },
    },
    {
        "title": Message("From the right"),
        "text": Message(
            "Take steps from x = 2. They grow shorter as the ground gets flatter, and end where the slope is 0."
        ),
        "view": {"=x": 2.0, "lr": 0.02, "tab": "learn"},
        "action": "step",
        "question": {
            "ask": Message("Where do they end?"),
            "choices": [Message("in the right valley"), Message("in the left valley"), Message("on the hill between")],
            "right": 0,
            "why": Message("A minimum, but not the deepest: gradient descent sees no further than the slope."),
        },
    },
    {
        "title": Message("From the left"),
        "text": Message("The same rule from x = −0.5 finds the other valley. Where one starts decides."),
        "view": {"=x": -0.5, "lr": 0.02, "tab": "learn"},
        "action": "step",
    },
    {
        "title": Message("Too large a step"),
        "text": Message(
            "With η = 0.12 a step leaps over the valley, perhaps into the other one, perhaps to and fro. Try it, and "
            "try smaller ones."
        ),
        "view": {"=x": 2.0, "lr": 0.12, "tab": "learn"},
        "action": "step",
        "question": {
            "ask": Message("A learning rate that is too large …"),
            "choices": [
                Message("only takes longer"),
                Message("may never settle"),
                Message("always finds the deepest valley"),
            ],
            "right": 1,
            "why": Message("It leaps over what it looks for."),
        },
    },
]


def page(name: str) -> Explorer:
    """The page of a tour: "2-3-1", "xor" or "two minima". Raises ValueError for other names."""
    pages = {"2-3-1": _two_three_one, "xor": _xor, "two minima": _two_minima}
    if name not in pages:
        raise ValueError(f"there are tours for {', '.join(pages)}, got {name!r}")
    return pages[name]()


def _two_three_one() -> Explorer:
    output = cost(two_three_one("sigmoid", seed=1), [0.5, -0.3], 1.0)
    return explore(output, title=Message("The 2-3-1 network, step by step"), tour=TWO_THREE_ONE)


def _xor() -> Explorer:
    model = MLP(2, [4, 1], "tanh", "sigmoid", seed=3)
    rows, targets = zip(*XOR_ROWS, strict=True)
    return explore_model(model, rows, targets, loss="bce", lr=0.5, title=Message("Learning XOR"), tour=XOR)


def _two_minima() -> Explorer:
    x = Value(2.0, "x")
    output = x**4 - 4 * x**2 + x
    output.label = "C"
    return explore(output, lr=0.02, title=Message("A valley with two minima"), tour=TWO_MINIMA)
