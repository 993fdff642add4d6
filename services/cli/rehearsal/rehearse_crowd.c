/* rehearse_crowd -- the people of a rehearsal: they sign up, come, scan twice,
 * leave.
 *
 * One job after another: each item is posted when it is due, tried again for
 * as long as Muster says "not now", and answered once. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/base.h"
#include "common/loop/loop.h"
#include "common/text/text.h"
#include "services/cli/api/api.h"
#include "services/cli/api/say.h"
#include "services/cli/people/people.h"
#include "services/cli/rehearsal/rehearsal.h"

#define OPEN_MAX 64 /* requests at once */
#define TRIES_MAX 50
#define HOLD_MS 200 /* after "too many for now" */
#define TURN_MS 2
#define SIGN_UP_SECONDS 25
#define BY_THEMSELVES_MAX 1000
#define ARRIVE_SECONDS 75
#define EXTRA_SECONDS 5 /* scanning twice; leaving */

struct item;

/* Makes the body of an item (owned). */
typedef json_t *make_cb(struct rehearsal *r, uint32_t index);
typedef void done_cb(struct rehearsal *r, uint32_t index, const json_t *answer);

struct job {
    struct rehearsal *r;
    char path[160];
    uint32_t *indexes; /* of guests, in order; count of them */
    size_t count;
    double seconds; /* 0: at once */
    make_cb *make;
    done_cb *done;
    /* as whom; NULL: as nobody */
    struct api *(*as)(struct rehearsal *r, uint32_t index);
    /* as it goes */
    int64_t held_until_ms;
    struct item *again; /* refused for now */
    size_t begun, ended, failed;
    char why[256];
};

struct item {
    struct job *job;
    struct item *next;
    uint32_t index;
    int tries;
};

/* ---- one job ---- */

static void
item_end(struct item *item, const struct api_answer *answer)
{
    struct job *job = item->job;
    job->ended++;
    if (api_is_ok(answer)) {
        job->done(job->r, item->index, answer->body);
    } else {
        job->failed++;
        (void)snprintf(job->why, sizeof(job->why), "%.255s", answer->why);
    }
    free(item);
}

static void
on_answer(void *arg, const struct api_answer *answer)
{
    struct item *item = arg;
    bool is_for_now =
        answer->status == 0 || answer->status == 503 || answer->status == 504;
    bool is_too_fast = answer->status == 429;
    if (is_too_fast) {
        item->job->held_until_ms = clock_boot_ms() + HOLD_MS;
    }
    if (is_too_fast || (is_for_now && ++item->tries < TRIES_MAX)) {
        item->next = item->job->again;
        item->job->again = item;
        return;
    }
    item_end(item, answer);
}

static struct api *
api_of(const struct job *job, uint32_t index)
{
    return job->as == NULL ? job->r->nobody : job->as(job->r, index);
}

static int
count_open(const struct rehearsal *r)
{
    return api_open(r->nobody) + api_open(r->server);
}

static void
post(struct item *item)
{
    struct job *job = item->job;
    json_t *body = job->make(job->r, item->index);
    if (!api_post_later(api_of(job, item->index), job->path, body, on_answer,
                        item)) {
        item->next = job->again;
        job->again = item;
    }
    json_decref(body);
}

/* NULL: none is due. */
static struct item *
next_item(struct job *job, double elapsed_s)
{
    struct item *item = job->again;
    if (item != NULL) {
        job->again = item->next;
        return item;
    }
    if (job->begun == job->count) {
        return NULL;
    }
    uint32_t index = job->indexes[job->begun];
    double due_s = job->r->guests[index].due * job->seconds;
    if (due_s > elapsed_s) {
        return NULL;
    }
    job->begun++;
    item = mem_new(sizeof(*item));
    *item = (struct item){.job = job, .index = index};
    return item;
}

/* False: some were refused; says so. */
static bool
run(struct job *job)
{
    int64_t began_us = clock_boot_us();
    while (job->ended < job->count) {
        double elapsed_s = (double)(clock_boot_us() - began_us) / 1e6;
        struct item *item = NULL;
        while (count_open(job->r) < OPEN_MAX &&
               clock_boot_ms() >= job->held_until_ms &&
               (item = next_item(job, elapsed_s)) != NULL) {
            post(item);
        }
        loop_turn(job->r->cli->loop, TURN_MS);
        view_refresh(job->r);
    }
    if (job->failed > 0) {
        say_error("%zu of %zu were refused: %s", job->failed, job->count,
                  job->why);
    }
    return job->failed == 0;
}

static double
paced(const struct rehearsal *r, double seconds)
{
    return r->is_fast ? 0 : seconds;
}

/* ---- signing up ---- */

/* The same key is the same entry, however often it is sent. */
static json_t *
make_sign_up(struct rehearsal *r, uint32_t index)
{
    char key[64];
    json_t *person = crowd_person(r, index);
    json_t *actions = json_array();
    (void)json_array_append_new(actions, json_string(r->action));
    json_set(person, "actions", actions);
    (void)snprintf(key, sizeof(key), "rehearsal-%llx-%s-%u",
                   (unsigned long long)r->seed, r->action, index);
    json_set_text(person, "key", key);
    return person;
}

static struct api *
find_door(struct rehearsal *r, uint32_t index)
{
    return r->guests[index].way == GUEST_VOUCHED ? r->server : r->nobody;
}

static void
signed_up(struct rehearsal *r, uint32_t index, const json_t *answer)
{
    struct guest *guest = &r->guests[index];
    const json_t *place = json_array_get(json_object_get(answer, "places"), 0);
    (void)snprintf(guest->code, sizeof(guest->code), "%s",
                   field_text(json_object_get(place, "ticket"), "code"));
    r->signed_up++;
}

/* One in ten by themselves, and no more than BY_THEMSELVES_MAX: of those the
 * first says "Not me", one in five nothing. */
static void
choose_ways(struct rehearsal *r)
{
    size_t alone = 0;
    for (long i = 0; i < r->people_count; i++) {
        enum guest_way way = GUEST_VOUCHED;
        if (i % 10 == 9 && alone < BY_THEMSELVES_MAX) {
            way = alone == 0       ? GUEST_SAYS_NOT_ME
                  : alone % 5 == 2 ? GUEST_SAYS_NOTHING
                                   : GUEST_SAYS_YES;
            alone++;
        }
        r->guests[i].way = way;
        r->ways[way]++;
    }
}

bool
crowd_sign_up(struct rehearsal *r)
{
    struct job job = {.r = r,
                      .count = (size_t)r->people_count,
                      .seconds = paced(r, SIGN_UP_SECONDS),
                      .make = make_sign_up,
                      .done = signed_up,
                      .as = find_door};
    choose_ways(r);
    (void)snprintf(job.path, sizeof(job.path), "/v1/campaigns/%s/signups",
                   r->campaign);
    job.indexes = mem_new_array(job.count + 1, sizeof(uint32_t));
    for (uint32_t i = 0; i < job.count; i++) {
        job.indexes[i] = i;
        r->guests[i].due = (double)i / (double)job.count;
    }
    bool is_ok = run(&job);
    free(job.indexes);
    return is_ok;
}

/* ---- arriving ---- */

static json_t *
make_mark(const struct rehearsal *r, uint32_t index, const char *kind,
          const char *which)
{
    const struct guest *guest = &r->guests[index];
    const char *gate = field_text(json_array_get(r->gates, guest->gate), "id");
    char text[64];
    json_t *mark = json_object();
    json_set_text(mark, "gate", gate);
    json_set_text(mark, "kind", kind);
    json_set_text(mark, "code", guest->code);
    (void)snprintf(text, sizeof(text), "%s-%u", gate, index % 4 + 1);
    text[39] = '\0';
    json_set_text(mark, "device", text);
    (void)snprintf(text, sizeof(text), "rehearsal-%llx-%u-%s",
                   (unsigned long long)r->seed, index, which);
    json_set_text(mark, "scan_id", text);
    return mark;
}

static json_t *
make_arrival(struct rehearsal *r, uint32_t index)
{
    return make_mark(r, index, "arrived", "in");
}

static json_t *
make_second_scan(struct rehearsal *r, uint32_t index)
{
    return make_mark(r, index, "arrived", "again");
}

static json_t *
make_leaving(struct rehearsal *r, uint32_t index)
{
    return make_mark(r, index, "left", "out");
}

static void
arrived(struct rehearsal *r, uint32_t index, const json_t *answer)
{
    (void)index;
    (void)answer;
    r->arrived++;
}

static void
nothing_to_do(struct rehearsal *r, uint32_t index, const json_t *answer)
{
    (void)r;
    (void)index;
    (void)answer;
}

static const struct guest *sorted_guests; /* for by_due alone */

static int
by_due(const void *a, const void *b)
{
    double left = sorted_guests[*(const uint32_t *)a].due;
    double right = sorted_guests[*(const uint32_t *)b].due;
    return (left > right) - (left < right);
}

static double
random_share(uint64_t *state)
{
    return (double)(people_random(state) >> 11) / 9007199254740992.0;
}

/* Nine in ten come, most of them in the middle of the time; half through the
 * first gate. */
static void
plan_arrivals(struct rehearsal *r)
{
    uint64_t state = r->seed ^ 0x5eed;
    size_t gates = json_array_size(r->gates);
    r->comers = mem_new_array((size_t)r->people_count + 1, sizeof(uint32_t));
    for (uint32_t i = 0; i < (uint32_t)r->people_count; i++) {
        struct guest *guest = &r->guests[i];
        double share = random_share(&state), turn = random_share(&state);
        guest->due = (random_share(&state) + random_share(&state) +
                      random_share(&state)) /
                     3;
        guest->gate = (uint8_t)(turn < 0.5 || gates < 2 ? 0
                                : turn < 0.8 || gates < 3
                                    ? 1
                                    : 2 + people_random(&state) % (gates - 2));
        guest->comes = r->is_fresh && guest->code[0] != '\0' && share < 0.9 &&
                       guest->way != GUEST_SAYS_NOT_ME;
        guest->scans_twice = guest->comes && people_random(&state) % 50 == 0;
        guest->leaves = guest->comes && people_random(&state) % 30 == 0;
        if (guest->comes) {
            r->comers[r->comer_count++] = i;
        }
    }
    sorted_guests = r->guests;
    qsort(r->comers, r->comer_count, sizeof(uint32_t), by_due);
}

/* Those of the comers who also do that. */
static bool
run_some(struct rehearsal *r, const char *path, make_cb *make,
         bool (*does)(const struct guest *guest))
{
    struct job job = {.r = r,
                      .seconds = paced(r, EXTRA_SECONDS),
                      .make = make,
                      .done = nothing_to_do};
    (void)snprintf(job.path, sizeof(job.path), "%s", path);
    job.indexes = mem_new_array(r->comer_count + 1, sizeof(uint32_t));
    for (size_t i = 0; i < r->comer_count; i++) {
        if (does(&r->guests[r->comers[i]])) {
            job.indexes[job.count++] = r->comers[i];
        }
    }
    bool is_ok = run(&job);
    free(job.indexes);
    return is_ok;
}

static bool
scans_twice(const struct guest *guest)
{
    return guest->scans_twice;
}

static bool
leaves(const struct guest *guest)
{
    return guest->leaves;
}

bool
crowd_arrive(struct rehearsal *r)
{
    plan_arrivals(r);
    struct job job = {.r = r,
                      .indexes = r->comers,
                      .count = r->comer_count,
                      .seconds = paced(r, ARRIVE_SECONDS),
                      .make = make_arrival,
                      .done = arrived};
    (void)snprintf(job.path, sizeof(job.path),
                   "/v1/campaigns/%s/actions/%s/checkins", r->campaign,
                   r->action);
    return run(&job) && run_some(r, job.path, make_second_scan, scans_twice) &&
           run_some(r, job.path, make_leaving, leaves);
}
