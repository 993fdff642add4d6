/* signup -- the service that knows who people are. */
#include "services/signup/signup.h"

int
main(int argc, char **argv)
{
    static struct signup signup;
    static const struct service_spec spec = {
        .name = "signup",
        .about = "Sign-ups, consent and audiences: who people are.",
        .uses_store = true,
        .serve = signup_serve,
        .drain = signup_drain,
        .is_idle = signup_is_idle,
        .arg = &signup,
    };
    service_open(&signup.service, &spec, argc, argv);
    signup_start(&signup);
    service_run(&signup.service);
    signup_stop(&signup);
    service_close(&signup.service);
    return 0;
}
