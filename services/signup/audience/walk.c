/* walk -- goes through an audience chunk by chunk, in order. */
#include "services/signup/audience/walk.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/base.h"
#include "common/client/checkin.h"

#define CHUNKS_MAX 256 /* 24 bits of supporter number */

struct walk {
    struct signup *signup;
    struct walk_ask ask; /* its strings are copies */
    struct query query;
    struct plan plan;
    struct campaign *campaign;
    bool is_reread; /* of the definitions, for a word not found */
    struct columns_window window;
    uint32_t people;
    bool has_present; /* of this window */
    int presents_open;
    enum err present_err;
    /* [slot * COLUMNS_WINDOW_CHUNKS + chunk in the window] */
    uint8_t (*present)[CHUNK_BIT_BYTES];
    char why[QUERY_WHY_SIZE];
};

static void on_campaign(void *arg, enum err err, const char *detail,
                        void *value);
static void read_window(struct walk *walk);
static void columns_done(void *arg, enum err err, uint32_t people);
static void ask_present(struct walk *walk);
static void match_window(struct walk *walk);

static void
end(struct walk *walk, const struct bus_fault *fault)
{
    walk->ask.done(walk->ask.arg, fault,
                   fault->err == ERR_NONE ? walk->campaign : NULL);
    free((char *)walk->ask.campaign);
    free((char *)walk->ask.query);
    free((char *)walk->ask.action);
    free(walk->present);
    free(walk);
}

static void
finish(struct walk *walk, enum err err, const char *detail)
{
    end(walk, &(struct bus_fault){.err = err, .detail = detail});
}

static void
refuse_field(struct walk *walk, const struct signup_fault *fault, enum err err)
{
    end(walk, &(struct bus_fault){
                  .err = err,
                  .detail = fault->detail,
                  .field = fault->field,
                  .type = err == ERR_BAD_REQUEST ? "invalid-field" : NULL});
}

static struct signup_fault
find_fault(struct walk *walk)
{
    const struct walk_ask *ask = &walk->ask;
    if (query_parse(ask->query, &walk->query, walk->why) != ERR_NONE) {
        return (struct signup_fault){"query", walk->why};
    }
    if (!rules_is_chosen(ask->class_)) {
        return (struct signup_fault){"class",
                                     "class is service, campaign or safety"};
    }
    if (ask->action == NULL && rules_need_action(ask->class_)) {
        return (struct signup_fault){
            "action",
            "a service or safety message is about an action: name it"};
    }
    if (ask->chunk >= CHUNKS_MAX) {
        return (struct signup_fault){"chunk", "there are 256 chunks at most"};
    }
    return (struct signup_fault){NULL, NULL};
}

static void
begin(void *arg)
{
    struct walk *walk = arg;
    struct campaigns *campaigns = walk->signup->campaigns;
    struct signup_fault fault = find_fault(walk);
    if (fault.detail != NULL) {
        refuse_field(walk, &fault, ERR_BAD_REQUEST);
        return;
    }
    struct campaign *known = campaigns_find(campaigns, walk->ask.campaign);
    if (known != NULL) {
        on_campaign(walk, ERR_NONE, NULL, known);
        return;
    }
    campaigns_read(campaigns, walk->ask.campaign, on_campaign, walk);
}

void
walk_start(struct signup *signup, const struct walk_ask *ask)
{
    struct walk *walk = mem_new(sizeof(*walk));
    walk->signup = signup;
    walk->ask = *ask;
    walk->ask.campaign = mem_copy_string(ask->campaign);
    walk->ask.query = mem_copy_string(ask->query);
    walk->ask.action = mem_copy_string(ask->action);
    loop_defer(signup->service.loop, begin, walk);
}

static unsigned
action_number(void *arg, const char *id, const char **id_out)
{
    const struct campaign_action *action = campaign_find_action(arg, id);
    if (action == NULL) {
        return 0;
    }
    *id_out = action->id;
    return action->number;
}

/* A word that is not known may have been put since the definitions were
 * read: they are read once more before it is refused. */
static void
on_campaign(void *arg, enum err err, const char *detail, void *value)
{
    struct campaign *campaign = value;
    struct walk *walk = arg;
    if (err != ERR_NONE) {
        finish(walk, err, detail);
        return;
    }
    walk->campaign = campaign;
    struct plan_words words = {.action_number = action_number, .arg = campaign};
    for (int a = 0; a < ATTRIBUTE_COUNT; a++) {
        words.counts[a] = attribute_words(&attributes[a], campaign->definition,
                                          &words.lists[a]);
    }
    err = plan_make(&walk->query, &words, walk->ask.action, &walk->plan,
                    walk->why);
    if (err != ERR_NONE && !walk->is_reread) {
        walk->is_reread = true;
        campaigns_read(walk->signup->campaigns, walk->ask.campaign, on_campaign,
                       walk);
        return;
    }
    if (err != ERR_NONE) {
        refuse_field(walk, &(struct signup_fault){"query", walk->why}, err);
        return;
    }
    walk->window = (struct columns_window){
        walk->ask.chunk, walk->ask.is_one_chunk ? 1 : COLUMNS_WINDOW_CHUNKS};
    read_window(walk);
}

static void
read_window(struct walk *walk)
{
    struct columns_wanted wanted = {.window = walk->window};
    for (size_t s = 0; s < walk->plan.slot_count; s++) {
        if (!slot_is_present(&walk->plan.slots[s])) {
            wanted.names[wanted.count++] = walk->plan.slots[s].column;
        }
    }
    columns_read(walk->campaign->columns, &wanted, columns_done, walk);
}

static bool
wants_present(const struct plan *plan)
{
    for (size_t s = 0; s < plan->slot_count; s++) {
        if (slot_is_present(&plan->slots[s])) {
            return true;
        }
    }
    return false;
}

/* With people present to ask for, the columns are read again after checkin
 * has answered: what columns_get gives is good for one turn only. */
static void
columns_done(void *arg, enum err err, uint32_t people)
{
    struct walk *walk = arg;
    if (err != ERR_NONE) {
        finish(walk, err, NULL);
        return;
    }
    walk->people = people;
    if (wants_present(&walk->plan) && !walk->has_present) {
        ask_present(walk);
        return;
    }
    match_window(walk);
}

/* ---- who is present ---- */

struct presence {
    struct walk *walk;
    uint8_t *to;
};

static void
presence_done(void *arg, enum err err, const char *detail,
              const Checkin__Reply *reply)
{
    (void)detail;
    struct presence *presence = arg;
    struct walk *walk = presence->walk;
    if (err == ERR_NONE) {
        const ProtobufCBinaryData *bits = &reply->present->bits;
        memcpy(presence->to, bits->data,
               bits->len < CHUNK_BIT_BYTES ? bits->len : CHUNK_BIT_BYTES);
    } else {
        walk->present_err = err;
    }
    free(presence);
    if (--walk->presents_open > 0) {
        return;
    }
    if (walk->present_err != ERR_NONE) {
        finish(walk, walk->present_err,
               "who is present could not be asked of checkin; try again");
        return;
    }
    walk->has_present = true;
    read_window(walk);
}

static void
ask_presence(struct walk *walk, const struct slot *slot, uint32_t chunk,
             uint8_t *to)
{
    struct presence *presence = mem_new(sizeof(*presence));
    *presence = (struct presence){walk, to};
    Checkin__GetPresent get = CHECKIN__GET_PRESENT__INIT;
    get.campaign = walk->campaign->id;
    get.action = (char *)slot->action;
    get.chunk = chunk;
    walk->presents_open++;
    checkin_ask_present(walk->signup->checkin, &get, presence_done, presence);
}

/* Chunks of the window that have people in them; at least one. */
static uint32_t
chunks_here(const struct walk *walk)
{
    uint32_t all = walk->people / CHUNK_PEOPLE +
                   (walk->people % CHUNK_PEOPLE != 0 ? 1 : 0);
    uint32_t left = all > walk->window.chunk ? all - walk->window.chunk : 1;
    return left < walk->window.chunk_count ? left : walk->window.chunk_count;
}

static void
ask_present(struct walk *walk)
{
    uint32_t chunks = chunks_here(walk);
    free(walk->present);
    walk->present = mem_new_array(walk->plan.slot_count * COLUMNS_WINDOW_CHUNKS,
                                  CHUNK_BIT_BYTES);
    for (size_t s = 0; s < walk->plan.slot_count; s++) {
        const struct slot *slot = &walk->plan.slots[s];
        for (uint32_t c = 0; slot_is_present(slot) && c < chunks; c++) {
            ask_presence(walk, slot, walk->window.chunk + c,
                         walk->present[s * COLUMNS_WINDOW_CHUNKS + c]);
        }
    }
}

/* ---- matching ---- */

static void
fill_columns(const struct walk *walk, uint32_t chunk, struct match_chunk *out)
{
    for (size_t s = 0; s < walk->plan.slot_count; s++) {
        const struct slot *slot = &walk->plan.slots[s];
        out->slots[s] =
            slot_is_present(slot)
                ? walk->present[s * COLUMNS_WINDOW_CHUNKS + chunk -
                                walk->window.chunk]
                : columns_get(walk->campaign->columns, &slot->column, chunk);
    }
    uint64_t first = (uint64_t)chunk * CHUNK_PEOPLE;
    uint64_t here = walk->people > first ? walk->people - first : 0;
    out->people = here < CHUNK_PEOPLE ? (unsigned)here : CHUNK_PEOPLE;
}

/* Returns whether it was the last. */
static bool
match_chunk(struct walk *walk, uint32_t chunk)
{
    struct match_chunk columns = {.people = 0};
    uint8_t bits[CHUNK_BIT_BYTES];
    fill_columns(walk, chunk, &columns);
    struct walk_chunk out = {.chunk = chunk,
                             .is_last = ((uint64_t)chunk + 1) * CHUNK_PEOPLE >=
                                        walk->people,
                             .plan = &walk->plan,
                             .columns = &columns,
                             .bits = bits};
    out.matched = match_people(&walk->plan, &columns, bits);
    walk->ask.on_chunk(walk->ask.arg, &out);
    return out.is_last || walk->ask.is_one_chunk;
}

static void
match_window(struct walk *walk)
{
    uint32_t end = walk->window.chunk + chunks_here(walk);
    for (uint32_t chunk = walk->window.chunk; chunk < end; chunk++) {
        if (match_chunk(walk, chunk)) {
            finish(walk, ERR_NONE, NULL);
            return;
        }
    }
    walk->window.chunk = end;
    walk->has_present = false;
    read_window(walk);
}
