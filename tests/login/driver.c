/*
 * Drives the PAM module of fixtures/images/pam_rds as a server would, for tests: each line of standard
 * input is DIRECTORY USER TOKEN in hex behind an x ("-" for none) and the time; each line of output the module's answer,
 * a number of PAM, and for the parts below PAM what it thinks, or "-".
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "login.h"

typedef struct pam_handle pam_handle_t;
struct pam_message { int msg_style; const char *msg; };
struct pam_response { char *resp; int resp_retcode; };
struct pam_conv { int (*conv)(int, const struct pam_message **, struct pam_response **, void *); void *appdata_ptr; };

extern int pam_sm_authenticate(pam_handle_t *handle, int flags, int argc, const char **argv);

static char *user;
static char *token;
static struct pam_conv conversation;

int pam_get_item(const pam_handle_t *handle, int item, const void **value);

int
pam_get_item(const pam_handle_t *handle, int item, const void **value)
{
	(void) handle;
	*value = item == 2 ? (const void *) user : item == 5 ? (const void *) &conversation : NULL;
	return 0;
}

static int
answer(int count, const struct pam_message **messages, struct pam_response **responses, void *data)
{
	(void) data;
	if (count != 1 || messages[0]->msg_style != 1 || token == NULL)
		return 19;
	*responses = calloc(1, sizeof(struct pam_response));
	(*responses)->resp = strdup(token);
	return 0;
}

static char *
unhex(const char *hex)
{
	size_t		len = strlen(hex) / 2;
	char	   *text;

	if (*hex++ != 'x')
		return NULL;
	text = malloc(len + 1);
	for (size_t i = 0; i < len; i++)
	{
		unsigned int byte;

		if (sscanf(hex + 2 * i, "%2x", &byte) != 1)
			exit(2);
		text[i] = (char) byte;
	}
	text[len] = '\0';
	return text;
}

int
main(void)
{
	char	   *line = NULL;
	size_t		room = 0;

	conversation.conv = answer;
	while (getline(&line, &room, stdin) > 0)
	{
		char	   *word[4];
		char	   *save = NULL;
		char	   *directory;
		const char *why = "-";
		const char *argv[1];
		int			code;

		for (int i = 0; i < 4; i++)
			if (!(word[i] = strtok_r(i ? NULL : line, " \n", &save)))
				exit(2);
		directory = unhex(word[0]);
		user = unhex(word[1]);
		token = unhex(word[2]);
		argv[0] = directory;
		if (strcmp(word[3], "pam") == 0)
			code = pam_sm_authenticate(NULL, 0, 1, argv);
		else
		{
			why = login_decide(directory, user, token, atoll(word[3]));
			code = why ? 6 : 0;
		}
		printf("%d %s\n", code, why ? why : "-");
		fflush(stdout);
		free(directory);
		free(user);
		free(token);
	}
	free(line);
	return 0;
}
