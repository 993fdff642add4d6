/* staff -- as whom a word calls the API, and where. */
#ifndef CLI_STAFF_H
#define CLI_STAFF_H

#include "common/text/text.h"
#include "services/cli/api/api.h"
#include "services/cli/cli.h"

/* Where the gateway listens: --url, MUSTER_URL, or what the configuration
 * says. Owned by the caller. */
char *cli_url(const struct cli *cli);
/* --token, MUSTER_TOKEN, or the bootstrap token that the configuration
 * names; NULL: none, said why. Owned by the caller. */
char *cli_token(const struct cli *cli);
/* The API as whoever that token is. NULL: said why. */
struct api *cli_api(struct cli *cli);
/* --campaign or, when there is only one, none needed; NULL: said why. */
const char *cli_campaign(const struct cli *cli);

/* The file of staff logins ("campaign login password role", a line each): as
 * told, else logins.txt beside the configuration. Owned by the caller. */
char *logins_path(const struct cli *cli, const char *told);
/* Prints the answer's body by print, or says why there is none; clears it.
 * Returns what the word does. */
int cli_show(struct api_answer answer, void (*print)(const json_t *body));
/* What a word returns whose call was answered so; 0: it was not. */
int cli_status(int http_status);

#endif
