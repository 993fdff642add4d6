/* checkin_api -- check-ins, one or a batch, and attendance.
 *
 * A check-in needs no sign-in: the ticket is the permission. Of a batch each
 * mark has its own outcome; it is answered when all have theirs. */
#include "services/gateway/api/checkin/checkin_api.h"

#include <stdio.h>
#include <string.h>

#include "common/client/checkin.h"
#include "services/gateway/api/api.h"
#include "services/gateway/api/words.h"
#include "services/gateway/door/guesses.h"
#include "services/gateway/door/reply.h"
#include "services/gateway/gateway.h"

#define MARKS_MAX 100
#define CODE_CHARS_MAX 200 /* with what is pasted round it */
#define SCANNED_CHARS_MAX 200
#define SCAN_ID_CHARS_MAX 64
#define SCAN_ID_CHARS_MIN 8
#define DEVICE_CHARS_MAX 40

struct mark {
    struct check_in_flow *flow;
    const char *scan_id, *code; /* borrowed from the body */
    enum err err;
    char detail[128];
    bool is_first, was_present, has_role;
    uint32_t role;
};

struct check_in_flow {
    struct exchange *x;
    bool is_batch;
    size_t count, open;
    struct mark marks[]; /* MARKS_MAX of them in a batch, else one */
};

/* ---- answers ---- */

static void
mark_to_json(const struct mark *mark, json_t *object)
{
    json_set_bool(object, "is_first", mark->is_first);
    json_set_bool(object, "was_present", mark->was_present);
    json_set(object, "role",
             mark->has_role ? json_integer(mark->role) : json_null());
}

static void
reply_batch(struct check_in_flow *flow)
{
    json_t *results = json_array(), *body = json_object();
    for (size_t i = 0; i < flow->count; i++) {
        const struct mark *mark = &flow->marks[i];
        json_t *item = json_object();
        json_set_text(item, "scan_id", mark->scan_id);
        json_set_whole(item, "status", err_http_status(mark->err));
        if (mark->err == ERR_NONE) {
            mark_to_json(mark, item);
        } else {
            json_set_text(item, "detail", mark->detail);
        }
        (void)json_array_append_new(results, item);
    }
    json_set(body, "results", results);
    reply_json(flow->x, 200, body);
}

static void
reply_one(struct check_in_flow *flow)
{
    const struct mark *mark = &flow->marks[0];
    if (!exchange_answered(flow->x, mark->err, mark->detail)) {
        return;
    }
    json_t *body = json_object();
    mark_to_json(mark, body);
    reply_json(flow->x, 200, body);
}

/* Of the last one the whole is answered. */
static void
mark_done(struct mark *mark, enum err err, const char *detail)
{
    struct check_in_flow *flow = mark->flow;
    mark->err = err;
    (void)snprintf(mark->detail, sizeof(mark->detail), "%s",
                   detail == NULL ? "" : detail);
    if (--flow->open > 0) {
        return;
    }
    if (flow->is_batch) {
        reply_batch(flow);
    } else {
        reply_one(flow);
    }
}

static void
on_marked(void *arg, enum err err, const char *detail,
          const Checkin__Reply *reply)
{
    struct mark *mark = arg;
    guesses_learn(mark->flow->x, mark->code, err);
    if (err == ERR_NONE) {
        const Checkin__Marked *marked = reply->mark;
        mark->is_first = marked->is_first;
        mark->was_present = marked->was_present;
        mark->has_role = marked->has_role;
        mark->role = marked->role;
    }
    mark_done(mark, err, detail);
}

/* ---- reading ---- */

static bool
is_scan_id(const char *text)
{
    return strlen(text) >= SCAN_ID_CHARS_MIN &&
           strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                        "0123456789_-") == strlen(text);
}

/* False: something is wrong, and noted in the exchange's errors. */
static bool
read_mark(struct exchange *x, const json_t *object, const char *prefix,
          Checkin__Mark *mark)
{
    struct json_fields f;
    size_t errors_before = x->errors.count;
    checkin__mark__init(mark);
    json_fields_init(&f, object, prefix, &x->errors);
    mark->campaign = (char *)exchange_param(x, "c");
    mark->action = (char *)exchange_param(x, "a");
    mark->gate = (char *)json_text(&f, "gate", JSON_REQUIRED, ID_CHARS_MAX);
    mark->kind = (Checkin__MarkKind)json_choice(&f, "kind", JSON_REQUIRED,
                                                mark_words, 0);
    mark->code = (char *)json_text(&f, "code", JSON_PASTED, CODE_CHARS_MAX);
    mark->scanned =
        (char *)json_text(&f, "ticket", JSON_PASTED, SCANNED_CHARS_MAX);
    mark->scan_id =
        (char *)json_text(&f, "scan_id", JSON_REQUIRED, SCAN_ID_CHARS_MAX);
    mark->device =
        (char *)json_text(&f, "device", JSON_REQUIRED, DEVICE_CHARS_MAX);
    mark->has_at_ms = json_time(&f, "at", JSON_OPTIONAL, &mark->at_ms);
    if (mark->scan_id != NULL && !is_scan_id(mark->scan_id)) {
        json_complain(&f, "scan_id", "must be 8 to 64 of A-Z a-z 0-9 _ -");
    }
    if ((mark->code == NULL) == (mark->scanned == NULL)) {
        json_complain(&f, "code", "or ticket is needed: exactly one of them");
    }
    (void)json_fields_end(&f);
    return x->errors.count == errors_before;
}

static void
ask_mark(struct check_in_flow *flow, struct mark *to, Checkin__Mark *mark)
{
    to->flow = flow;
    to->scan_id = mark->scan_id;
    to->code = mark->code != NULL ? mark->code : mark->scanned;
    if (!guesses_admit(flow->x, to->code)) {
        mark_done(to, ERR_LIMIT, GUESSES_DETAIL);
        return;
    }
    checkin_ask_mark(flow->x->gateway->checkin, mark, on_marked, to);
}

static struct check_in_flow *
flow_new(struct exchange *x, size_t count, bool is_batch)
{
    struct check_in_flow *flow =
        exchange_state(x, sizeof(*flow) + count * sizeof(flow->marks[0]));
    flow->x = x;
    flow->is_batch = is_batch;
    flow->count = flow->open = count;
    return flow;
}

/* All are read before the first is asked: a batch with a mistake in it does
 * nothing. */
static void
check_in_batch(struct exchange *x, const json_t *list)
{
    Checkin__Mark marks[MARKS_MAX];
    size_t count = json_array_size(list);
    struct json_fields f;
    json_fields_init(&f, x->body, "", &x->errors);
    (void)json_list(&f, "marks", JSON_REQUIRED, MARKS_MAX);
    bool is_fine = json_fields_end(&f) && count > 0;
    for (size_t i = 0; is_fine && i < count; i++) {
        char prefix[32];
        (void)snprintf(prefix, sizeof(prefix), "marks[%zu].", i);
        (void)read_mark(x, json_array_get(list, i), prefix, &marks[i]);
    }
    if (count == 0) {
        json_complain(&f, "marks", "must hold at least one");
    }
    if (!is_fine || x->errors.count > 0) {
        reply_errors(x);
        return;
    }
    struct check_in_flow *flow = flow_new(x, count, true);
    for (size_t i = 0; i < count; i++) {
        ask_mark(flow, &flow->marks[i], &marks[i]);
    }
}

void
check_in(struct exchange *x)
{
    Checkin__Mark mark;
    if (!exchange_read_json(x)) {
        return;
    }
    const json_t *list = json_object_get(x->body, "marks");
    if (list != NULL) {
        check_in_batch(x, list);
        return;
    }
    if (!read_mark(x, x->body, "", &mark)) {
        reply_errors(x);
        return;
    }
    struct check_in_flow *flow = flow_new(x, 1, false);
    ask_mark(flow, &flow->marks[0], &mark);
}

/* ---- attendance ---- */

static json_t *
gates_to_json(const Checkin__Attendance *a)
{
    json_t *list = json_array();
    for (size_t i = 0; i < a->n_gates; i++) {
        json_t *item = json_object();
        json_set_text(item, "gate", a->gates[i]->gate);
        json_set_text(item, "name", a->gates[i]->name);
        json_set_whole(item, "inside", a->gates[i]->inside);
        json_set_whole(item, "arrived", a->gates[i]->arrived);
        (void)json_array_append_new(list, item);
    }
    return list;
}

static json_t *
roles_to_json(const Checkin__Attendance *a)
{
    json_t *list = json_array();
    for (size_t i = 0; i < a->n_roles; i++) {
        json_t *item = json_object();
        json_set_text(item, "role", a->roles[i]->role);
        json_set_whole(item, "inside", a->roles[i]->inside);
        json_set_whole(item, "arrived", a->roles[i]->arrived);
        json_set_whole(item, "signed_up", a->roles[i]->signed_up);
        (void)json_array_append_new(list, item);
    }
    return list;
}

static json_t *
minutes_to_json(const Checkin__Attendance *a)
{
    json_t *list = json_array();
    for (size_t i = 0; i < a->n_minutes; i++) {
        json_t *item = json_object();
        json_set_time(item, "at", a->minutes[i]->at_ms);
        json_set_whole(item, "arrived", a->minutes[i]->arrived);
        (void)json_array_append_new(list, item);
    }
    return list;
}

json_t *
attendance_to_json(const Checkin__Attendance *attendance)
{
    const Checkin__Attendance *a = attendance;
    json_t *object = json_object();
    json_set_text(object, "campaign", a->campaign);
    json_set_text(object, "action", a->action);
    json_set_whole(object, "revision", (int64_t)a->revision);
    json_set_whole(object, "inside", a->inside);
    json_set_whole(object, "arrived", a->arrived);
    json_set_whole(object, "signed_up", a->signed_up);
    json_set(object, "gates", gates_to_json(a));
    json_set(object, "roles", roles_to_json(a));
    json_set(object, "minutes", minutes_to_json(a));
    json_set_time(object, "as_of", a->as_of_ms);
    json_set_text(object, "method", a->method);
    json_set_whole(object, "devices", a->has_devices ? a->devices : 0);
    json_set_whole(object, "devices_silent",
                   a->has_devices_silent ? a->devices_silent : 0);
    return object;
}

static void
on_attendance(void *arg, enum err err, const char *detail,
              const Checkin__Reply *reply)
{
    struct exchange *x = arg;
    if (exchange_answered(x, err, detail)) {
        reply_json(x, 200, attendance_to_json(reply->attendance));
    }
}

void
get_attendance(struct exchange *x)
{
    Checkin__GetAttendance get = CHECKIN__GET_ATTENDANCE__INIT;
    get.campaign = (char *)exchange_param(x, "c");
    get.action = (char *)exchange_param(x, "a");
    checkin_ask_attendance(x->gateway->checkin, &get, on_attendance, x);
}
