/* reckon -- does the rehearsal add up? Every number is asked for again and
 * compared with what was done. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/base.h"
#include "common/loop/loop.h"
#include "common/text/text.h"
#include "services/cli/api/api.h"
#include "services/cli/api/say.h"
#include "services/cli/rehearsal/reckon_outbox.h"
#include "services/cli/rehearsal/rehearsal.h"

#define SETTLE_MS 15000 /* for the services to have followed each other */
#define TURN_MS 50

/* ---- taking the numbers ---- */

static bool
preview(struct rehearsal *r, const char *query, long long *people_out)
{
    json_t *body = json_object();
    json_set_text(body, "query", query);
    json_set_text(body, "class", "service");
    json_set_text(body, "action", r->action);
    struct api_answer answer =
        api_send(r->organiser, "POST", body,
                 "/v1/campaigns/%s/audiences/preview", r->campaign);
    bool is_ok = api_is_ok(&answer);
    *people_out = field_whole(answer.body, "people");
    if (!is_ok) {
        say_error("the audience %s: %s", query, answer.why);
    }
    api_answer_clear(&answer);
    json_decref(body);
    return is_ok;
}

static bool
take_attendance(struct rehearsal *r, json_t **out)
{
    struct api_answer answer =
        api_get(r->organiser, "/v1/campaigns/%s/actions/%s/attendance",
                r->campaign, r->action);
    bool is_ok = api_is_ok(&answer);
    if (is_ok) {
        json_decref(*out);
        *out = json_incref(answer.body);
    } else {
        say_error("attendance: %s", answer.why);
    }
    api_answer_clear(&answer);
    return is_ok;
}

static bool
take_action(struct rehearsal *r, json_t **out)
{
    struct api_answer answer =
        api_get(r->organiser, "/v1/campaigns/%s/actions", r->campaign);
    const json_t *list = json_object_get(answer.body, "actions");
    bool is_ok = api_is_ok(&answer);
    for (size_t i = 0; i < json_array_size(list); i++) {
        json_t *action = json_array_get(list, i);
        if (strcmp(field_text(action, "id"), r->action) == 0) {
            json_decref(*out);
            *out = json_incref(action);
        }
    }
    if (!is_ok) {
        say_error("the actions: %s", answer.why);
    }
    api_answer_clear(&answer);
    return is_ok;
}

static bool
take_confirmation(struct rehearsal *r, json_t **out)
{
    struct api_answer answer =
        api_get(r->organiser, "/v1/campaigns/%s/broadcasts/%s", r->campaign,
                CONFIRMATION);
    bool is_ok = api_is_ok(&answer);
    if (is_ok) {
        json_decref(*out);
        *out = json_incref(answer.body);
    } else {
        say_error("the confirmation: %s", answer.why);
    }
    api_answer_clear(&answer);
    return is_ok;
}

bool
reckon_take(struct rehearsal *r, struct tally *tally)
{
    char query[80];
    (void)snprintf(query, sizeof(query), "signedup:%s", r->action);
    return preview(r, "all", &tally->people) &&
           preview(r, query, &tally->signed_up) &&
           take_attendance(r, &tally->attendance) &&
           take_action(r, &tally->action) &&
           take_confirmation(r, &tally->confirmation);
}

void
tally_clear(struct tally *tally)
{
    json_decref(tally->attendance);
    json_decref(tally->action);
    json_decref(tally->confirmation);
    *tally = (struct tally){0};
}

/* ---- the sums ---- */

static const char *const channel_names[CHANNELS] = {"sms", "email"};

struct sums {
    int wrong;
};

static void
compare(struct sums *sums, const char *what, long long got, long long want)
{
    bool is_equal = got == want;
    (void)printf("  %-52s %9lld = %-9lld %s\n", what, got, want,
                 is_equal ? "yes" : "NO");
    sums->wrong += !is_equal;
}

static long long
action_rose(const struct rehearsal *r, const char *const *fields)
{
    long long rose = 0;
    for (; *fields != NULL; fields++) {
        rose += field_whole(r->after.action, *fields) -
                field_whole(r->before.action, *fields);
    }
    return rose;
}

/* Whatever their state: some may wait at an action that is full. */
static long long
places_rose(const struct rehearsal *r)
{
    static const char *const fields[] = {"confirmed", "waitlisted", "held",
                                         "asked", NULL};
    return action_rose(r, fields);
}

static long long
not_confirmed_rose(const struct rehearsal *r)
{
    static const char *const fields[] = {"not_confirmed", "held", "asked",
                                         NULL};
    return action_rose(r, fields);
}

/* Who said "Not me" was never there. */
static long long
count_staying(const struct rehearsal *r)
{
    return r->people_count - (long long)r->ways[GUEST_SAYS_NOT_ME];
}

static void
reckon_people(const struct rehearsal *r, struct sums *sums)
{
    long long vouched = (long long)r->ways[GUEST_VOUCHED],
              proved = (long long)r->ways[GUEST_SAYS_YES],
              silent = (long long)r->ways[GUEST_SAYS_NOTHING];
    (void)puts("people");
    compare(sums, "sign-ups answered = people who came",
            (long long)r->signed_up, r->people_count);
    if (r->is_fresh) {
        (void)printf("  (%lld vouched for by an organisation's server, %lld "
                     "pressed \"Yes\", %lld said\n   nothing, %zu said \"Not "
                     "me\")\n",
                     vouched, proved, silent, r->ways[GUEST_SAYS_NOT_ME]);
        compare(sums, "supporters more than before = all but \"Not me\"",
                r->after.people - r->before.people, count_staying(r));
        compare(sums, "signed up = vouched + proved + not confirmed",
                places_rose(r), vouched + proved + silent);
        compare(sums, "not confirmed = those who said nothing",
                not_confirmed_rose(r), silent);
    } else {
        (void)puts("  (all of them had signed up before: these are the people "
                   "of an earlier rehearsal)");
    }
    compare(sums, "places as check-in counts them = as sign-up does",
            field_whole(r->after.attendance, "signed_up"), r->after.signed_up);
}

static const json_t *
channel_of(const json_t *object, const char *name)
{
    const json_t *list = json_object_get(object, "channels");
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *channel = json_array_get(list, i);
        if (strcmp(field_text(channel, "channel"), name) == 0) {
            return channel;
        }
    }
    return NULL;
}

static long long
sum_of(const json_t *counts)
{
    long long sum = 0;
    const char *state;
    json_t *count;
    json_object_foreach((json_t *)counts, state, count)
    {
        sum += (long long)json_integer_value(count);
    }
    return sum;
}

static void
reckon_channel(const struct rehearsal *r, const struct found *found,
               int channel, struct sums *sums)
{
    const char *name = channel_names[channel];
    const json_t *sent = channel_of(r->broadcast, name);
    json_t *counts = json_object_get(sent, "counts");
    const char *state;
    json_t *count;
    char what[96];
    json_object_foreach(counts, state, count)
    {
        if (json_integer_value(count) > 0) {
            (void)snprintf(what, sizeof(what), "%s %s", name, state);
            (void)printf("  %-52s %9lld\n", what,
                         (long long)json_integer_value(count));
        }
    }
    (void)snprintf(what, sizeof(what), "%s recipients = forecast", name);
    compare(sums, what, field_whole(sent, "audience"),
            field_whole(channel_of(r->forecast, name), "recipients"));
    (void)snprintf(what, sizeof(what), "%s recipients = sum of their states",
                   name);
    compare(sums, what, field_whole(sent, "audience"), sum_of(counts));
    if (!r->is_fresh) {
        return; /* the same people's broadcast went out before */
    }
    (void)snprintf(what, sizeof(what),
                   "%s messages in the outbox = accepted or delivered", name);
    compare(sums, what, found->messages[channel],
            field_whole(counts, "accepted") + field_whole(counts, "delivered"));
}

/* A recount of its ledger. */
static void
reckon_ledger(struct rehearsal *r, const char *broadcast, struct sums *sums)
{
    struct api_answer answer = api_send(
        r->organiser, "POST", NULL, "/v1/campaigns/%s/broadcasts/%s/recount",
        r->campaign, broadcast);
    compare(sums, "a recount of the ledger says the same = yes (1)",
            json_is_true(json_object_get(answer.body, "is_equal")), 1);
    api_answer_clear(&answer);
}

static bool
reckon_broadcast(struct rehearsal *r, struct sums *sums)
{
    struct found found;
    found_init(&found);
    const char *id = field_text(r->broadcast, "id");
    bool is_ok = reckon_read_outbox(r, id, &found);
    (void)puts("the broadcast");
    for (int channel = 0; channel < CHANNELS; channel++) {
        reckon_channel(r, &found, channel, sums);
    }
    compare(sums, "people who got it twice on one channel = none", found.twice,
            0);
    reckon_ledger(r, id, sums);
    found_clear(&found);
    return is_ok;
}

/* Its ledger grows for as long as there are sign-ups: what it says of now. */
static long long
ledger_rose(const struct rehearsal *r, bool is_sum)
{
    const json_t *tallies[2] = {r->before.confirmation, r->after.confirmation};
    long long values[2] = {0};
    for (int t = 0; t < 2; t++) {
        for (int channel = 0; channel < CHANNELS; channel++) {
            const json_t *sent = channel_of(tallies[t], channel_names[channel]);
            values[t] += is_sum ? sum_of(json_object_get(sent, "counts"))
                                : field_whole(sent, "audience");
        }
    }
    return values[1] - values[0];
}

static bool
reckon_confirmations(struct rehearsal *r, struct sums *sums)
{
    struct found found;
    found_init(&found);
    long long alone = r->people_count - (long long)r->ways[GUEST_VOUCHED];
    bool is_ok = reckon_read_outbox(r, CONFIRMATION, &found);
    (void)puts("confirmations");
    if (r->is_fresh) {
        compare(sums, "messages = people who came by themselves",
                (long long)r->messages, alone);
    }
    compare(sums, "people who got it twice on one channel = none", found.twice,
            0);
    compare(sums, "in its ledger since = sum of their states",
            ledger_rose(r, false), ledger_rose(r, true));
    reckon_ledger(r, CONFIRMATION, sums);
    found_clear(&found);
    return is_ok;
}

static long long
rose(const struct rehearsal *r, const char *field)
{
    return field_whole(r->after.attendance, field) -
           field_whole(r->before.attendance, field);
}

static long long
gate_rose(const struct rehearsal *r, size_t gate, const char *field)
{
    const char *id = field_text(json_array_get(r->gates, gate), "id");
    const json_t *tallies[2] = {r->before.attendance, r->after.attendance};
    long long values[2] = {0};
    for (int t = 0; t < 2; t++) {
        const json_t *gates = json_object_get(tallies[t], "gates");
        for (size_t i = 0; i < json_array_size(gates); i++) {
            const json_t *item = json_array_get(gates, i);
            if (strcmp(field_text(item, "gate"), id) == 0) {
                values[t] = field_whole(item, field);
            }
        }
    }
    return values[1] - values[0];
}

/* They have a place, and stayed at home. */
static long long
count_missing(const struct rehearsal *r)
{
    long long missing = 0;
    for (long i = 0; i < r->people_count; i++) {
        const struct guest *guest = &r->guests[i];
        missing += !guest->comes && guest->way != GUEST_SAYS_NOT_ME;
    }
    return missing;
}

static void
reckon_attendance(const struct rehearsal *r, struct sums *sums)
{
    long long came[GATES_MAX] = {0}, left[GATES_MAX] = {0}, all_left = 0;
    for (size_t i = 0; i < r->comer_count; i++) {
        const struct guest *guest = &r->guests[r->comers[i]];
        came[guest->gate]++;
        left[guest->gate] += guest->leaves;
        all_left += guest->leaves;
    }
    (void)puts("attendance");
    if (!r->is_fresh) {
        (void)puts("  (nobody comes a second time)");
    }
    for (size_t i = 0; i < json_array_size(r->gates) && i < GATES_MAX; i++) {
        char what[128];
        const char *id = field_text(json_array_get(r->gates, i), "id");
        (void)snprintf(what, sizeof(what), "arrived by %s = sent there", id);
        compare(sums, what, gate_rose(r, i, "arrived"), came[i]);
        (void)snprintf(what, sizeof(what), "inside by %s = those less who left",
                       id);
        compare(sums, what, gate_rose(r, i, "inside"), came[i] - left[i]);
    }
    compare(sums, "arrived in all = people who came", rose(r, "arrived"),
            (long long)r->comer_count);
    if (r->is_fresh &&
        json_is_null(json_object_get(r->after.action, "capacity"))) {
        compare(sums, "expected = arrived + missing",
                r->after.signed_up - r->before.signed_up,
                rose(r, "arrived") + count_missing(r));
    }
    compare(sums, "inside now = those less who left", rose(r, "inside"),
            (long long)r->comer_count - all_left);
}

/* The services follow each other by feeds: what is still on its way is
 * waited for, and no longer than SETTLE_MS. */
static bool
wait_until_settled(struct rehearsal *r)
{
    int64_t until_ms = clock_boot_ms() + SETTLE_MS;
    while (reckon_take(r, &r->after)) {
        bool is_settled =
            field_whole(r->after.attendance, "signed_up") ==
                r->after.signed_up &&
            (!r->is_fresh ||
             (places_rose(r) == count_staying(r) &&
              r->after.people - r->before.people == count_staying(r)));
        if (is_settled || clock_boot_ms() > until_ms) {
            return true;
        }
        loop_turn(r->cli->loop, TURN_MS);
    }
    return false;
}

bool
reckon(struct rehearsal *r)
{
    struct sums sums = {0};
    if (!wait_until_settled(r)) {
        return false;
    }
    (void)puts("\nDoes it add up?\n");
    reckon_people(r, &sums);
    bool is_read = reckon_confirmations(r, &sums);
    is_read = reckon_broadcast(r, &sums) && is_read;
    reckon_attendance(r, &sums);
    if (sums.wrong > 0) {
        (void)printf("\n%d of these do not add up.\n", sums.wrong);
    } else if (is_read) {
        (void)puts("\nIt all adds up.");
    }
    return is_read && sums.wrong == 0;
}
