package manifest_test

import (
	"testing"

	"astro-apply/internal/schema"
)

// A variable whose name is one of a secret is treated as one, also by ${env:…}.
func TestSecretNames(t *testing.T) {
	t.Parallel()
	for name, secret := range map[string]bool{
		"DB_PASSWORD": true, "PGPASSWORD": true, "db_password": true, "Password": true, "MYSQL_PASSWD": true, "KEY_PASSPHRASE": true,
		"SECRET": true, "AWS_SECRET_ACCESS_KEY": true, "MY_SECRET_NAME": true, "SLACK_TOKEN": true, "TOKEN_OF_CI": true, "x_token": true,
		"GOOGLE_CREDENTIALS": true, "CREDENTIALS_FILE": true, "API_KEY": true, "STRIPE_API_KEY_2": true, "ACCESS_KEY_ID": true,
		"SSH_PRIVATE_KEY": true, "SIGNING_KEY": true, "_TOKEN_": true,
		"TEAM_KEY": false, "TOKENIZER": false, "TOKENS": false, "SECRETARY": false, "MY_SECRETS": false, "PASSWORDS": false, "PASSWORD_FILE": false,
		"APIKEY": false, "GAPI_KEY": false, "API_KEYS": false, "KEY": false, "CREDENTIAL": false, "ACCESSKEY": false, "REGION": false,
	} {
		r := parseFiles(environmentOf(map[string]string{name: "hunter2"}), "v: x${env:"+name+"}")
		n := r.Documents[0].Get("v")
		assertEqual(t, name+" is secret", secret, n.Sensitive)
		want, values := []string(nil), []string(nil)
		if secret {
			want = []string{"warning: a.yaml:1:4: ${env:" + name + "}: its name marks it as a secret, so it is treated as one; write ${secret:" + name + "}"}
			values = []string{"hunter2", "xhunter2"}
		}
		assertEqual(t, name+" problems", want, problemTexts(r.Problems))
		assertEqual(t, name+" secrets", values, r.Secrets)
		assertEqual(t, name, schema.Text, n.Form)
	}
	r := parseFiles(environmentOf(map[string]string{"DB_PASSWORD": "hunter2"}), "v: ${secret:DB_PASSWORD}")
	assertEqual(t, "written as one", []string(nil), problemTexts(r.Problems))
}

// White space around a value is sent to Astro, with a warning that doesn't show the value.
func TestWhiteSpaceAroundVariables(t *testing.T) {
	t.Parallel()
	const newline = "the value of V ends in a newline, which would be part of the value in Astro and break addresses and logins; store it without the newline"
	const space = "the value of V starts or ends with white space, which would be part of the value in Astro; store it without the white space"
	for value, want := range map[string]string{
		"hunter2": "", "two words": "", "hunter2\n": newline, "hunter2\r\n": newline, "hunter2\n\n": newline, " hunter2\n": newline,
		" hunter2": space, "hunter2\t": space, "\nhunter2": space, " ": space, "\n": newline,
		"-----BEGIN KEY-----\nabc\n-----END KEY-----\n": "", "one\n two": "",
	} {
		for _, word := range []string{"secret", "env"} {
			r := parseFiles(environmentOf(map[string]string{"V": value}), "v: x${"+word+":V}")
			var problems []string
			if want != "" {
				problems = []string{"warning: a.yaml:1:4: ${" + word + ":V}: " + want}
			}
			assertEqual(t, word+" "+value, problems, problemTexts(r.Problems))
			assertEqual(t, word+" "+value, "x"+value, r.Documents[0].Get("v").Text)
		}
	}
}
