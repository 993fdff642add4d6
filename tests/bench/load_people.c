/* load_people -- signs many people up to one action, over the bus.
 *
 *   load_people RUN_DIR CAMPAIGN ACTION COUNT
 *
 * Person i has the phone number +447400000000 + i. Prints how many are new;
 * fails when a sign-up fails. */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/base/base.h"
#include "common/client/signup.h"

#define IN_FLIGHT 2048
#define FIRST_PHONE 447400000000U /* a real range, so that it is valid */

static struct {
    struct loop *loop;
    struct bus_peer *signup;
    const char *campaign;
    char *action;
    unsigned long count, begun, ended, fresh, failed;
} run;

static void begin(void);

static void
on_signed_up(void *arg, enum err err, const char *detail,
             const Signup__Reply *reply)
{
    (void)arg;
    run.ended++;
    if (err != ERR_NONE) {
        run.failed++;
        (void)fprintf(stderr, "load_people: %s %s\n", err_name(err), detail);
    } else {
        run.fresh++;
        (void)reply;
    }
    if (run.begun < run.count) {
        begin();
    } else if (run.ended == run.count) {
        loop_stop(run.loop);
    }
}

static void
begin(void)
{
    char name[40], phone[20];
    unsigned long i = run.begun++;
    Signup__SignUp ask = SIGNUP__SIGN_UP__INIT;
    Signup__Request request = SIGNUP__REQUEST__INIT;
    (void)snprintf(name, sizeof(name), "Person Number%lu", i);
    (void)snprintf(phone, sizeof(phone), "+%lu", FIRST_PHONE + i);
    ask.campaign = (char *)run.campaign;
    ask.name = name;
    ask.phone = phone;
    ask.has_by = true;
    ask.by = SIGNUP__ENTERED_BY__ENTERED_BY_SERVER;
    ask.n_actions = 1;
    ask.actions = &run.action;
    request.is_case = SIGNUP__REQUEST__IS_SIGN_UP;
    request.sign_up = &ask;
    signup_ask(run.signup, 0, &request, on_signed_up, NULL);
}

int
main(int argc, char **argv)
{
    if (argc != 5) {
        (void)fprintf(stderr, "load_people RUN_DIR CAMPAIGN ACTION COUNT\n");
        return 2;
    }
    run.loop = loop_new();
    run.campaign = argv[2];
    run.action = argv[3];
    run.count = strtoul(argv[4], NULL, 10);
    struct bus *bus =
        bus_new(run.loop, &(struct bus_options){.name = "load.0"});
    char *endpoint = mem_format("ipc://%s/signup.0.ask", argv[1]);
    run.signup = bus_connect(bus, "signup", endpoint);
    for (int i = 0; i < IN_FLIGHT && run.begun < run.count; i++) {
        begin();
    }
    loop_run(run.loop);
    (void)printf("{\"new\":%lu,\"failed\":%lu}\n", run.fresh, run.failed);
    bus_free(&bus);
    loop_free(&run.loop);
    free(endpoint);
    return run.failed == 0 ? 0 : 1;
}
