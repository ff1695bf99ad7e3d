package config_test

import (
	"strconv"
	"strings"
	"testing"
)

// An address may hold a password, which nobody has registered as a secret.
func TestBadURLIsNotEchoed(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"https://admin:hunter2@api.example.com",
		"https://hunter2@api.example.com",
		"http://admin:hunter2@api.example.com",
		"https://api.example.com?token=hunter2",
		"https://api.example.com/#hunter2",
		"https://admin:hunter2@api.example.com:port",
		"https://admin:hunter2@ex ample.com",
	} {
		_, err := loadInputs(t, map[string]string{"api-url": text})
		if err == nil || !strings.Contains(err.Error(), "input api-url") {
			t.Errorf("%q: error %v", text, err)
		} else if strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%q: the error has the password: %v", text, err)
		}
	}
}

// A secret that ended up in the wrong input is scrubbed by whoever prints the
// error, as long as the error holds all of it or nothing.
func TestNoPartOfASecretIsEchoed(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("correct-horse-battery-staple.", 8)
	for _, secret := range []string{
		long, "short-secret", strings.Repeat("é", 50) + "x",
		"-----BEGIN KEY-----\n" + long + "\n-----END KEY-----",
	} {
		for _, input := range []string{"mode", "workspace", "organization-id", "allow-delete", "write-secrets", "wait", "timeout", "fail-on-drift", "simulate", "api-url"} {
			value := "x\n" + secret // Words take anything that is on one line
			if input != "workspace" && input != "organization-id" {
				value = secret
			}
			_, err := loadInputs(t, map[string]string{input: value})
			if err == nil || !strings.Contains(err.Error(), "input "+input) {
				t.Errorf("%s: error %v", input, err)
				continue
			}
			rest := err.Error()
			for _, spelling := range []string{secret, strings.Trim(strconv.Quote(secret), `"`)} {
				rest = strings.ReplaceAll(rest, spelling, "***")
			}
			for i := 0; i+8 <= len(secret); i++ {
				if part := secret[i : i+8]; strings.Contains(rest, part) {
					t.Errorf("%s: the error has the part %q of a secret: %s", input, part, rest)
					break
				}
			}
		}
	}
}
