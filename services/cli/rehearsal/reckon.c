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
#include "services/cli/people/people.h"
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

/* One page of the outbox after tally's end; moves the end. */
static struct api_answer
next_page(struct rehearsal *r, struct tally *tally)
{
    struct api_answer answer =
        api_get(r->organiser, "/v1/campaigns/%s/outbox?after=%s", r->campaign,
                tally->outbox_end[0] == '\0' ? "0" : tally->outbox_end);
    if (api_is_ok(&answer)) {
        (void)snprintf(tally->outbox_end, sizeof(tally->outbox_end), "%s",
                       field_text(answer.body, "next"));
    }
    return answer;
}

static bool
skip_outbox(struct rehearsal *r, struct tally *tally)
{
    for (;;) {
        struct api_answer page = next_page(r, tally);
        bool is_ok = api_is_ok(&page);
        size_t count = json_array_size(json_object_get(page.body, "messages"));
        if (!is_ok) {
            say_error("the outbox: %s", page.why);
        }
        api_answer_clear(&page);
        if (!is_ok || count == 0) {
            return is_ok;
        }
    }
}

bool
reckon_find_outbox_end(struct rehearsal *r)
{
    return skip_outbox(r, &r->before);
}

bool
reckon_take(struct rehearsal *r, struct tally *tally)
{
    char query[80];
    (void)snprintf(query, sizeof(query), "signedup:%s", r->action);
    return preview(r, "all", &tally->people) &&
           preview(r, query, &tally->signed_up) &&
           take_attendance(r, &tally->attendance);
}

void
tally_clear(struct tally *tally)
{
    json_decref(tally->attendance);
    tally->attendance = NULL;
}

/* ---- the outbox ---- */

struct found {
    long long messages[CHANNELS], twice;
    json_t *recipients[CHANNELS]; /* by supporter number */
};

static const char *const channel_names[CHANNELS] = {"sms", "email"};

/* A message's ref is <campaign>.<broadcast>.<number>.<s|e>.<MAC>. */
static void
find_message(struct found *found, const char *prefix, const json_t *message)
{
    const char *ref = field_text(message, "ref");
    size_t len = strlen(prefix);
    if (strncmp(ref, prefix, len) != 0) {
        return;
    }
    char number[16];
    size_t digits = strspn(ref + len, "0123456789");
    (void)snprintf(number, sizeof(number), "%.*s", (int)digits, ref + len);
    int channel = strcmp(field_text(message, "channel"), "sms") == 0 ? 0 : 1;
    found->messages[channel]++;
    if (json_object_get(found->recipients[channel], number) != NULL) {
        found->twice++;
    }
    json_set_bool(found->recipients[channel], number, true);
}

static bool
read_outbox(struct rehearsal *r, struct found *found)
{
    char prefix[128];
    struct tally at = r->before;
    size_t count = 1;
    bool is_ok = true;
    (void)snprintf(prefix, sizeof(prefix), "%s.%s.", r->campaign,
                   field_text(r->broadcast, "id"));
    while (is_ok && count > 0) {
        struct api_answer page = next_page(r, &at);
        const json_t *messages = json_object_get(page.body, "messages");
        is_ok = api_is_ok(&page);
        count = json_array_size(messages);
        for (size_t i = 0; i < count; i++) {
            find_message(found, prefix, json_array_get(messages, i));
        }
        if (!is_ok) {
            say_error("the outbox: %s", page.why);
        }
        api_answer_clear(&page);
    }
    return is_ok;
}

/* ---- the sums ---- */

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

static void
reckon_people(const struct rehearsal *r, struct sums *sums)
{
    long long fresh = 0;
    for (long i = 0; i < r->people_count; i++) {
        fresh += r->guests[i].is_new;
    }
    long long rose = r->after.people - r->before.people;
    (void)puts("people");
    compare(sums, "sign-ups answered = people who came to the form",
            (long long)r->signed_up, r->people_count);
    if (rose > fresh) {
        (void)printf("  (%lld more signed up meanwhile by themselves)\n",
                     rose - fresh);
        rose = fresh;
    }
    compare(sums, "supporters more than before = new among them", rose, fresh);
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

static void
reckon_channel(const struct rehearsal *r, const struct found *found,
               int channel, struct sums *sums)
{
    const char *name = channel_names[channel];
    const json_t *sent = channel_of(r->broadcast, name);
    json_t *counts = json_object_get(sent, "counts");
    long long sum = 0;
    const char *state;
    json_t *count;
    char what[96];
    json_object_foreach(counts, state, count)
    {
        sum += (long long)json_integer_value(count);
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
    compare(sums, what, field_whole(sent, "audience"), sum);
    (void)snprintf(what, sizeof(what),
                   "%s messages in the outbox = accepted or delivered", name);
    compare(sums, what, found->messages[channel],
            field_whole(counts, "accepted") + field_whole(counts, "delivered"));
}

static bool
reckon_broadcast(struct rehearsal *r, struct sums *sums)
{
    struct found found = {.recipients = {json_object(), json_object()}};
    bool is_ok = read_outbox(r, &found);
    (void)puts("the broadcast");
    for (int channel = 0; channel < CHANNELS; channel++) {
        reckon_channel(r, &found, channel, sums);
    }
    compare(sums, "people who got it twice on one channel = none", found.twice,
            0);
    struct api_answer answer = api_send(
        r->organiser, "POST", NULL, "/v1/campaigns/%s/broadcasts/%s/recount",
        r->campaign, field_text(r->broadcast, "id"));
    compare(sums, "a recount of the ledger says the same = yes (1)",
            json_is_true(json_object_get(answer.body, "is_equal")), 1);
    api_answer_clear(&answer);
    json_decref(found.recipients[0]);
    json_decref(found.recipients[1]);
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
    if (r->comer_count == 0 && r->people_count > 0) {
        (void)printf("  (nobody came: none of them was new. With --people "
                     "above %d new ones do)\n",
                     PEOPLE_WITH_PHONE);
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
            field_whole(r->after.attendance, "signed_up") == r->after.signed_up;
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
    bool is_read = reckon_broadcast(r, &sums);
    reckon_attendance(r, &sums);
    if (sums.wrong > 0) {
        (void)printf("\n%d of these do not add up.\n", sums.wrong);
    } else if (is_read) {
        (void)puts("\nIt all adds up.");
    }
    return is_read && sums.wrong == 0;
}
