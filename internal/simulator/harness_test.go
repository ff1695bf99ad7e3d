package simulator_test

import (
	"bytes"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"astro-apply/internal/simulator"
	"astro-apply/internal/simulator/conformance"
	"astro-apply/internal/simulator/constraint"
)

// testOrganization is a server behind HTTP, with a client that checks all traffic against the API's document if there is
// one.
type testOrganization struct {
	*simulator.Server
	t      *testing.T
	client *http.Client
	url    string
	token  string
}

func startOrganization(t *testing.T, options simulator.Options) *testOrganization {
	t.Helper()
	server := simulator.New(options)
	listener := httptest.NewServer(server)
	t.Cleanup(listener.Close)
	client := &http.Client{Transport: conformance.NewTransport(t, &http.Transport{})}
	return &testOrganization{Server: server, t: t, client: client, url: listener.URL, token: "opaque"}
}

// withToken returns the same organization with another token.
func (o *testOrganization) withToken(token string) *testOrganization {
	other := *o
	other.token = token
	return &other
}

// errorBody is the Error of the API's document.
type errorBody struct {
	Message     string
	RequestID   string
	StatusCode  int
	FieldErrors []constraint.FieldError
}

// sendRequest sends a request and returns the response and its body. path is relative to the Organization.
func (o *testOrganization) sendRequest(method, path string, body any) (*http.Response, []byte) {
	o.t.Helper()
	var reader io.Reader
	if body != nil {
		encoded, ok := body.([]byte)
		if !ok {
			var err error
			if encoded, err = json.Marshal(body); err != nil {
				o.t.Fatal(err)
			}
		}
		reader = bytes.NewReader(encoded)
	}
	request, err := http.NewRequest(method, o.url+"/v1/organizations/"+o.OrganizationID()+path, reader)
	if err != nil {
		o.t.Fatal(err)
	}
	if body != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	if o.token != "" {
		request.Header.Set("Authorization", "Bearer "+o.token)
	}
	response, err := o.client.Do(request)
	if err != nil {
		o.t.Fatal(err)
	}
	defer response.Body.Close()
	content, err := io.ReadAll(response.Body)
	if err != nil {
		o.t.Fatal(err)
	}
	return response, content
}

// mustSend sends a request and returns the JSON object of its response. Any error fails the test.
func (o *testOrganization) mustSend(method, path string, body any) map[string]any {
	o.t.Helper()
	response, content := o.sendRequest(method, path, body)
	if response.StatusCode >= 300 {
		o.t.Fatalf("%s %s: status %d: %s", method, path, response.StatusCode, content)
	}
	var object map[string]any
	if len(content) > 0 {
		if err := json.Unmarshal(content, &object); err != nil {
			o.t.Fatal(err)
		}
	}
	return object
}

// wantRefusal sends a request, and requires a status and a complete error body.
func (o *testOrganization) wantRefusal(status int, method, path string, body any) errorBody {
	o.t.Helper()
	response, content := o.sendRequest(method, path, body)
	var f errorBody
	if err := json.Unmarshal(content, &f); err != nil {
		o.t.Fatalf("%s %s: status %d, no error body: %s", method, path, response.StatusCode, content)
	}
	if response.StatusCode != status || f.StatusCode != status {
		o.t.Errorf("%s %s: status %d, want %d: %s", method, path, response.StatusCode, status, content)
	}
	if len(f.RequestID) != 36 || f.Message == "" {
		o.t.Errorf("%s %s: error body without requestId or message: %s", method, path, content)
	}
	return f
}

// storedState returns the stored state of a resource, by ID.
func (o *testOrganization) storedState(kind, id string) map[string]any {
	o.t.Helper()
	for _, object := range o.Resources(kind) {
		if object["id"] == id {
			return object
		}
	}
	o.t.Fatalf("%s %s doesn't exist", kind, id)
	return nil
}

// getObjects returns a list of objects.
func getObjects(object map[string]any, name string) []map[string]any {
	list, _ := object[name].([]any)
	all := make([]map[string]any, len(list))
	for i, v := range list {
		all[i], _ = v.(map[string]any)
	}
	return all
}

func idsOf(objects []map[string]any) []string {
	var all []string
	for _, object := range objects {
		id, _ := object["id"].(string)
		all = append(all, id)
	}
	return all
}

// withChanges returns a copy of a body with some members changed; nil deletes a member.
func withChanges(body map[string]any, changes map[string]any) map[string]any {
	copied := map[string]any{}
	maps.Copy(copied, body)
	for name, value := range changes {
		if copied[name] = value; value == nil {
			delete(copied, name)
		}
	}
	return copied
}

func clockAt(now *time.Time) func() time.Time { return func() time.Time { return *now } }
