/* The training step of micrograd's demo in C, twice: as one writes it, and as fast as it could be made by hand.

   The network is MLP(2, [16, 16, 1]), ReLU in the hidden layers and none at the output. The loss is the mean of
   max(0, 1 - y score) over the rows, plus 1e-4 times the sum of the squares of all 337 parameters. A step is one of
   gradient descent on all rows. Parameters stand layer by layer and neuron by neuron: its weights, then its bias.

   No row is passed over where it could be, as one that has its margin: every step is the same work.

       cc -O3 -march=native -shared -fPIC -o moons_step.so moons_step.c -lm
*/

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    HIDDEN = 16,              /* neurons in each of the hidden layers */
    SECOND = HIDDEN * 3,      /* where the parameters of the second layer begin */
    ROW = HIDDEN + 1,         /* how many each of its neurons has */
    BIAS = HIDDEN,            /* and where among them the bias stands */
    OUTPUT = SECOND + HIDDEN * ROW,
    PARAMETERS = OUTPUT + ROW
};
static const double ALPHA = 1e-4, LEARNING_RATE = 0.01;

/* One row at a time. */

static double relu(double z) { return z > 0 ? z : 0; }

/* The hinge loss of a row; its gradient is added to gradient. */
static double row_loss(double x1, double x2, double y, const double *parameters, double *gradient)
{
    const double *output = parameters + OUTPUT;
    double a1[HIDDEN], a2[HIDDEN], d1[HIDDEN] = {0};

    for (int j = 0; j < HIDDEN; j++) {
        const double *w = parameters + 3 * j;
        a1[j] = relu(w[0] * x1 + w[1] * x2 + w[2]);
    }
    double score = output[BIAS];
    for (int j = 0; j < HIDDEN; j++) {
        const double *w = parameters + SECOND + ROW * j;
        double z = w[BIAS];
        for (int k = 0; k < HIDDEN; k++)
            z += w[k] * a1[k];
        a2[j] = relu(z);
        score += output[j] * a2[j];
    }

    double margin = 1 - y * score;
    double slope = margin > 0 ? -y : 0; /* of the loss in the score */
    for (int j = 0; j < HIDDEN; j++) {
        const double *w = parameters + SECOND + ROW * j;
        double *g = gradient + SECOND + ROW * j;
        double d2 = a2[j] > 0 ? slope * output[j] : 0;
        for (int k = 0; k < HIDDEN; k++) {
            g[k] += d2 * a1[k];
            d1[k] += d2 * w[k];
        }
        g[BIAS] += d2;
        gradient[OUTPUT + j] += slope * a2[j];
    }
    gradient[OUTPUT + BIAS] += slope;
    for (int k = 0; k < HIDDEN; k++) {
        double *g = gradient + 3 * k;
        double d = a1[k] > 0 ? d1[k] : 0;
        g[0] += d * x1;
        g[1] += d * x2;
        g[2] += d;
    }
    return relu(margin);
}

/* `steps` steps of training; losses receives the loss before each. */
void plain(long steps, long rows, const double *x1, const double *x2, const double *y, double *parameters,
           double *losses)
{
    for (long step = 0; step < steps; step++) {
        double gradient[PARAMETERS] = {0}, loss = 0, squares = 0;
        for (long row = 0; row < rows; row++)
            loss += row_loss(x1[row], x2[row], y[row], parameters, gradient);
        for (int i = 0; i < PARAMETERS; i++) {
            double p = parameters[i];
            squares += p * p;
            parameters[i] = p - LEARNING_RATE * (gradient[i] / rows + 2 * ALPHA * p);
        }
        losses[step] = loss / rows + ALPHA * squares;
    }
}

/* One row in each lane of a vector. A block is as many rows as a vector has lanes.

   What there is to gain is in the three products of the second layer, 256 multiply-adds each for every block. Each
   keeps TILE sums in registers, enough to hide the latency of the multiply-adds, and leaves as many for what it reads.
   A pass is over all blocks, so that the processor is at work on the next one where it would wait for the last sums of
   a block. Between the passes the blocks stay in the first-level cache, since what follows from an activation takes its
   place as soon as that has served. */

#ifdef __AVX512F__
enum { LANES = 8 };
#else
enum { LANES = 4 };
#endif
enum { TILE = 2 * LANES, PADDED = (PARAMETERS + LANES - 1) / LANES * LANES };

typedef double vector __attribute__((vector_size(8 * LANES)));
typedef long long mask __attribute__((vector_size(8 * LANES)));

#define INLINE static inline __attribute__((always_inline))
#define UNROLL _Pragma("GCC unroll 32")
#define ROLLED _Pragma("GCC unroll 1")
#define PASS static __attribute__((noinline))
/* Unrolled there or inlined, gcc would hold more than there are registers for, and keep weights on the stack. */

typedef struct {
    vector x1, x2, y;
    vector ones;        /* 0 in a lane without a row, which then has no margin to miss and no gradient */
    vector slope;       /* of the loss in the score; before that the score */
    vector a1[HIDDEN];  /* the activations of the first layer; at last the gradient in its sums */
    vector a2[HIDDEN];  /* the same of the second layer */
} block;

INLINE vector where(mask m, vector v) { return (vector)(m & (mask)v); } /* v, or 0 where the mask is not set */
INLINE vector load(const double *from) { vector v; memcpy(&v, from, sizeof v); return v; }
INLINE void store(double *to, vector v) { memcpy(to, &v, sizeof v); }

#ifdef __clang__
#define SHUFFLED(a, b, ...) __builtin_shufflevector(a, b, __VA_ARGS__)
#else /* which gcc knows only since version 12 */
#define SHUFFLED(a, b, ...) __builtin_shuffle(a, b, (mask){__VA_ARGS__})
#endif

/* The sums over the lanes of as many vectors as there are lanes. */
#ifdef __AVX512F__
INLINE vector pairs(vector a, vector b)
{
    return SHUFFLED(a, b, 0, 8, 2, 10, 4, 12, 6, 14) + SHUFFLED(a, b, 1, 9, 3, 11, 5, 13, 7, 15);
}
INLINE vector quads(vector a, vector b)
{
    return SHUFFLED(a, b, 0, 1, 8, 9, 4, 5, 12, 13) + SHUFFLED(a, b, 2, 3, 10, 11, 6, 7, 14, 15);
}
INLINE vector sums(const vector *v)
{
    vector a = quads(pairs(v[0], v[1]), pairs(v[2], v[3])), b = quads(pairs(v[4], v[5]), pairs(v[6], v[7]));
    return SHUFFLED(a, b, 0, 1, 2, 3, 8, 9, 10, 11) + SHUFFLED(a, b, 4, 5, 6, 7, 12, 13, 14, 15);
}
#else
INLINE vector pairs(vector a, vector b) { return SHUFFLED(a, b, 0, 4, 2, 6) + SHUFFLED(a, b, 1, 5, 3, 7); }
INLINE vector sums(const vector *v)
{
    vector a = pairs(v[0], v[1]), b = pairs(v[2], v[3]);
    return SHUFFLED(a, b, 0, 1, 4, 5) + SHUFFLED(a, b, 2, 3, 6, 7);
}
#endif

INLINE double sum(vector v)
{
    double result = 0;
    for (int lane = 0; lane < LANES; lane++)
        result += v[lane];
    return result;
}

/* The score and what it is computed by. */
PASS void forward(block *b, const double *parameters)
{
    const double *second = parameters + SECOND, *output = parameters + OUTPUT;
    vector score = {0};
    UNROLL
    for (int j = 0; j < HIDDEN; j++) {
        const double *w = parameters + 3 * j;
        vector z = w[2] + w[0] * b->x1 + w[1] * b->x2;
        b->a1[j] = where(z > 0, z);
    }
    for (int from = 0; from < HIDDEN; from += TILE) {
        const double *w = second + ROW * from;
        vector z[TILE];
        UNROLL
        for (int j = 0; j < TILE; j++)
            z[j] = w[ROW * j + BIAS] + w[ROW * j] * b->a1[0];
        ROLLED
        for (int k = 1; k < HIDDEN; k++)
            UNROLL
            for (int j = 0; j < TILE; j++)
                z[j] += w[ROW * j + k] * b->a1[k];
        UNROLL
        for (int j = 0; j < TILE; j++) {
            vector a = where(z[j] > 0, z[j]);
            score += output[from + j] * a;
            b->a2[from + j] = a;
        }
    }
    b->slope = score + output[BIAS];
}

/* From the scores the loss, and the gradient of the output's parameters and of the second layer's biases.

   a2 becomes the gradient in the sums of the second layer. */
PASS double hinge(block *b, long blocks, const double *parameters, double *gradient)
{
    const double *output = parameters + OUTPUT;
    vector loss = {0}, slopes = {0};
    for (long i = 0; i < blocks; i++) {
        vector margin = b[i].ones - b[i].y * b[i].slope;
        loss += where(margin > 0, margin);
        slopes += b[i].slope = where(margin > 0, -b[i].y);
    }
    gradient[OUTPUT + BIAS] = sum(slopes);
    for (int from = 0; from < HIDDEN; from += LANES) {
        vector weights[LANES] = {0}, biases[LANES] = {0};
        for (long i = 0; i < blocks; i++)
            UNROLL
            for (int j = 0; j < LANES; j++) {
                vector a = b[i].a2[from + j], d = where(a > 0, output[from + j] * b[i].slope);
                weights[j] += a * b[i].slope;
                biases[j] += d;
                b[i].a2[from + j] = d;
            }
        store(gradient + OUTPUT + from, sums(weights));
        vector bias = sums(biases);
        UNROLL
        for (int j = 0; j < LANES; j++)
            gradient[SECOND + ROW * (from + j) + BIAS] = bias[j];
    }
    return sum(loss);
}

/* The gradient of the second layer's weights: two neurons and as many weights as there are lanes at a time. */
PASS void second_weights(const block *b, long blocks, double *gradient)
{
    for (int j = 0; j < HIDDEN; j += 2)
        for (int k = 0; k < HIDDEN; k += LANES) {
            vector g[2][LANES] = {0};
            for (long i = 0; i < blocks; i++)
                UNROLL
                for (int s = 0; s < 2; s++)
                    UNROLL
                    for (int t = 0; t < LANES; t++)
                        g[s][t] += b[i].a2[j + s] * b[i].a1[k + t];
            UNROLL
            for (int s = 0; s < 2; s++)
                store(gradient + SECOND + ROW * (j + s) + k, sums(g[s]));
        }
}

/* The gradient in the sums of the first layer takes the place of a1. */
PASS void backward(block *b, const double *parameters)
{
    for (int from = 0; from < HIDDEN; from += TILE) {
        const double *w = parameters + SECOND + from;
        vector d[TILE] = {0};
        ROLLED
        for (int j = 0; j < HIDDEN; j++)
            UNROLL
            for (int k = 0; k < TILE; k++)
                d[k] += w[ROW * j + k] * b->a2[j];
        UNROLL
        for (int k = 0; k < TILE; k++)
            b->a1[from + k] = where(b->a1[from + k] > 0, d[k]);
    }
}

/* The gradient of the first layer's parameters. */
PASS void first_parameters(const block *b, long blocks, double *gradient)
{
    for (int from = 0; from < HIDDEN; from += LANES) {
        vector g[3 * LANES] = {0};
        for (long i = 0; i < blocks; i++)
            UNROLL
            for (int j = 0; j < LANES; j++) {
                vector d = b[i].a1[from + j];
                g[3 * j] += d * b[i].x1;
                g[3 * j + 1] += d * b[i].x2;
                g[3 * j + 2] += d;
            }
        UNROLL
        for (int s = 0; s < 3 * LANES; s += LANES)
            store(gradient + 3 * from + s, sums(g + s));
    }
}

/* As plain. */
void by_lanes(long steps, long rows, const double *x1, const double *x2, const double *y, double *parameters,
              double *losses)
{
    const double decay = 1 - 2 * LEARNING_RATE * ALPHA, rate = LEARNING_RATE / rows;
    double p[PADDED] __attribute__((aligned(64))) = {0}, gradient[PADDED] __attribute__((aligned(64))) = {0};
    memcpy(p, parameters, PARAMETERS * sizeof *p);

    long blocks = (rows + LANES - 1) / LANES;
    block *b = aligned_alloc(sizeof(vector), blocks * sizeof *b);
    if (!b)
        abort();
    memset(b, 0, blocks * sizeof *b);
    for (long row = 0; row < rows; row++) {
        block *of_row = b + row / LANES;
        of_row->x1[row % LANES] = x1[row];
        of_row->x2[row % LANES] = x2[row];
        of_row->y[row % LANES] = y[row];
        of_row->ones[row % LANES] = 1;
    }

    for (long step = 0; step < steps; step++) {
        for (long i = 0; i < blocks; i++)
            forward(b + i, p);
        double loss = hinge(b, blocks, p, gradient);
        second_weights(b, blocks, gradient);
        for (long i = 0; i < blocks; i++)
            backward(b + i, p);
        first_parameters(b, blocks, gradient);

        vector squares[2] = {0};
        for (int i = 0; i < PADDED; i += LANES) {
            vector v = load(p + i);
            squares[i / LANES % 2] += v * v;
            store(p + i, decay * v - rate * load(gradient + i));
        }
        losses[step] = loss / rows + ALPHA * sum(squares[0] + squares[1]);
    }
    memcpy(parameters, p, PARAMETERS * sizeof *p);
    free(b);
}

/* The 2-3-1 network on one row: tanh in the hidden layer, C = (y - a)², and one bias for each layer.

   The parameters are w^1_11, w^1_12, w^1_21, w^1_22, w^1_31, w^1_32, b_1, w^2_11, w^2_12, w^2_13 and b_2. */
INLINE void two_three_one(const double *row, const double *parameters, double *gradient, double *loss)
{
    const double *output = parameters + 7;
    double x1 = row[0], x2 = row[1], y = row[2], a[3], bias = 0;

    double z = output[3];
    UNROLL
    for (int j = 0; j < 3; j++) {
        a[j] = tanh(parameters[2 * j] * x1 + parameters[2 * j + 1] * x2 + parameters[6]);
        z += output[j] * a[j];
    }
    double score = tanh(z), slope = 1 - score * score;

    double error = y - score, delta = -2 * error * slope;
    UNROLL
    for (int j = 0; j < 3; j++) {
        double d = delta * output[j] * (1 - a[j] * a[j]);
        gradient[2 * j] = d * x1;
        gradient[2 * j + 1] = d * x2;
        bias += d;
        gradient[7 + j] = delta * a[j];
    }
    gradient[6] = bias;
    gradient[10] = delta;
    *loss = error * error;
}

/* What is in memory may have changed, as far as the compiler knows: so no call is left out. */
#define CALL_ANEW __asm__ volatile("" : : : "memory")

/* The cost of a row (x_1, x_2, y), its eleven derivatives, and a step of gradient descent, `calls` times. */
void one_row(long calls, const double *row, double rate, double *parameters, double *gradient, double *loss)
{
    for (long call = 0; call < calls; call++) {
        two_three_one(row, parameters, gradient, loss);
        UNROLL
        for (int i = 0; i < 11; i++)
            parameters[i] -= rate * gradient[i];
        CALL_ANEW;
    }
}
