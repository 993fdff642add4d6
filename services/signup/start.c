/* start -- what signup opens before it serves, and closes after. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/base.h"
#include "services/signup/definitions/campaigns.h"
#include "services/signup/keep/store.h"
#include "services/signup/keep/withdrawn.h"
#include "services/signup/people/address.h"
#include "services/signup/tend/tend.h"

#define KEY_CHECK_MS_MAX 10000
#define TURN_MS 50
#define MARK_SIZE 17
#define PATH_SIZE 512

static void
open_metrics(struct signup *signup)
{
    struct metrics *m = signup->service.metrics;
    signup->metrics = (struct signup_metrics){
        .signups = metric_counter(m, "muster_signup_signups_total", NULL,
                                  "Sign-ups committed"),
        .batches = metric_counter(m, "muster_signup_batches_total", NULL,
                                  "Script calls with sign-ups"),
        .refused = metric_counter(m, "muster_signup_refused_total", NULL,
                                  "Sign-ups refused"),
        .resolved = metric_counter(m, "muster_signup_resolved_total", NULL,
                                   "Supporters resolved for courier"),
        .withheld = metric_counter(m, "muster_signup_withheld_total", NULL,
                                   "Of those, withheld by a rule"),
        .codes = metric_counter(m, "muster_signup_codes_total", NULL,
                                "Codes made, for whoever has a contact"),
        .codes_held_back =
            metric_counter(m, "muster_signup_codes_held_back_total", NULL,
                           "Of those, held back: a day's texts to numbers "
                           "of which nobody is proved"),
        .dropped = metric_counter(m, "muster_signup_dropped_total", NULL,
                                  "Unproved entries whose time was over"),
        .over_budget =
            metric_counter(m, "muster_signup_over_budget_total", NULL,
                           "Of those, unproved and over a limit of [budgets]"),
        .batch_ms = metric_histogram(m, "muster_signup_batch_ms", NULL,
                                     "Milliseconds a batch takes to commit"),
        .not_kept = metric_counter(
            m, "muster_signup_withdrawn_not_kept_total", NULL,
            "Withdrawals that could not be written to their file, only done"),
        .replayed = metric_counter(
            m, "muster_signup_withdrawn_replayed_total", NULL,
            "Changes of people by a replay: the store had gone back"),
        .withdrawn_lost =
            metric_counter(m, "muster_signup_withdrawn_lost_total", NULL,
                           "Files of withdrawals that were gone or cut short"),
        .audience_ms = metric_histogram(m, "muster_signup_audience_ms", NULL,
                                        "Milliseconds a preview takes"),
    };
}

static void
load_keys(struct signup *signup)
{
    const char *dir = conf_text(signup->service.conf, SET_KEYS_DIR);
    char path[PATH_SIZE];
    (void)snprintf(path, sizeof(path), "%s/signup.key", dir);
    struct crypto_key key;
    crypto_key_load(path, true, &key);
    static struct address_keys keys;
    address_keys_derive(&key, &keys);
    signup->keys = &keys;
}

/* Outside Redis, and looked at before anything is asked. */
static void
find_withdrawn(struct signup *signup)
{
    const struct conf *conf = signup->service.conf;
    const char *set = conf_text(conf, SET_SIGNUP_WITHDRAWN_DIR);
    signup->withdrawn_dir =
        set == NULL ? mem_format("%s/withdrawn", conf_text(conf, SET_KEYS_DIR))
                    : mem_copy_string(set);
    withdrawn_check(&signup->keys->withdrawn, signup->withdrawn_dir);
}

/* ---- the key and the data must belong together ---- */

struct check {
    bool is_answered;
    enum err err;
};

static void
on_checked(void *arg, enum err err, const struct store_reply *reply)
{
    (void)reply;
    struct check *check = arg;
    check->is_answered = true;
    check->err = err;
}

/* Static: an answer that comes after the last turn still has a home. */
static struct check check;

static bool
is_passing(enum err err)
{
    return err != ERR_NONE && err != ERR_CONFLICT && err != ERR_LIMIT;
}

/* With another key, every lookup would miss and everyone be new. */
static void
open_data(struct signup *signup)
{
    char mark[MARK_SIZE];
    (void)snprintf(mark, sizeof(mark), "%016" PRIx64,
                   crypto_mac64(&signup->keys->check, "signup", 6));
    int64_t until = clock_boot_ms() + KEY_CHECK_MS_MAX;
    do {
        check.is_answered = false;
        su_open(signup->su, mark, on_checked, &check);
        while (!check.is_answered) {
            loop_turn(signup->service.loop, TURN_MS);
        }
    } while (is_passing(check.err) && clock_boot_ms() < until);
    if (check.err == ERR_CONFLICT) {
        log_fatal("signup.key is not the key this data was sealed with; put "
                  "the right one in [keys] dir");
    }
    if (check.err == ERR_LIMIT) {
        log_fatal("this data was stored by a newer version of Muster: start "
                  "that version of signup");
    }
    if (check.err != ERR_NONE) {
        log_fatal("Redis did not answer; see that it runs, and start again");
    }
}

void
signup_start(struct signup *signup)
{
    asked_init(&signup->desk, &signup_api, signup);
    crypto_init();
    open_metrics(signup);
    load_keys(signup);
    signup->su = su_new(signup->service.store);
    signup->campaigns = campaigns_new(signup);
    signup->checkin = service_connect(&signup->service, "checkin");
    signup->broadcast = service_connect(&signup->service, "broadcast");
    open_data(signup);
    find_withdrawn(signup);
    signup->tend = tend_start(signup);
}

void
signup_serve(void *arg, struct bus_request *request)
{
    struct signup *signup = arg;
    asked_serve(&signup->desk, request);
}

void
signup_drain(void *arg)
{
    struct signup *signup = arg;
    tend_drain(signup->tend);
}

bool
signup_is_idle(void *arg)
{
    struct signup *signup = arg;
    return asked_is_idle(&signup->desk) && tend_is_idle(signup->tend);
}

void
signup_stop(struct signup *signup)
{
    if (!signup_is_idle(signup)) {
        log_warn("signup.stopped_busy",
                 log_int("open", (int64_t)signup->desk.open));
        return; /* their answers still have a home */
    }
    tend_stop(&signup->tend);
    campaigns_free(&signup->campaigns);
    su_free(&signup->su);
    free(signup->withdrawn_dir);
}
