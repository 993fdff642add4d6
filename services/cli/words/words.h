/* words -- what can be typed after "muster"; main.c has the table.
 *
 * Each reads its options from argv (argv[0] is the word itself) and returns
 * the exit status. */
#ifndef CLI_WORDS_H
#define CLI_WORDS_H

#include "services/cli/cli.h"

int load_word(struct cli *cli, int argc, char **argv);
int campaigns_word(struct cli *cli, int argc, char **argv);
int actions_word(struct cli *cli, int argc, char **argv);
int signup_word(struct cli *cli, int argc, char **argv);
int attendance_word(struct cli *cli, int argc, char **argv);
int broadcast_word(struct cli *cli, int argc, char **argv);
int people_word(struct cli *cli, int argc, char **argv);
int supporter_word(struct cli *cli, int argc, char **argv);
int keys_word(struct cli *cli, int argc, char **argv);
int settings_word(struct cli *cli, int argc, char **argv);
int status_word(struct cli *cli, int argc, char **argv);
int logs_word(struct cli *cli, int argc, char **argv);
int doctor_word(struct cli *cli, int argc, char **argv);
int vault_word(struct cli *cli, int argc, char **argv);
int log_check_word(struct cli *cli, int argc, char **argv);

#endif
