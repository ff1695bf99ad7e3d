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
)

// testOrganization is a server behind HTTP, with a client that holds everything against the API document where there is one.
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
	client := &http.Client{}
	if conformance.DocumentPath() != "" { // Validate would skip the test, which tells enough without
		client.Transport = conformance.NewTransport(t, &http.Transport{})
	}
	return &testOrganization{Server: server, t: t, client: client, url: listener.URL, token: "opaque"}
}

// withToken is the same organization for another token.
func (o *testOrganization) withToken(token string) *testOrganization {
	other := *o
	other.token = token
	return &other
}

// errorBody is the API document's Error.
type errorBody struct {
	Message     string
	RequestID   string
	StatusCode  int
	FieldErrors []simulator.FieldError
}

// sendRequest carries a request to the organization and returns the answer and its body. path is below the organization.
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
	answer, err := o.client.Do(request)
	if err != nil {
		o.t.Fatal(err)
	}
	defer answer.Body.Close()
	content, err := io.ReadAll(answer.Body)
	if err != nil {
		o.t.Fatal(err)
	}
	return answer, content
}

// mustSend wants an object.
func (o *testOrganization) mustSend(method, path string, body any) map[string]any {
	o.t.Helper()
	answer, content := o.sendRequest(method, path, body)
	if answer.StatusCode >= 300 {
		o.t.Fatalf("%s %s: status %d: %s", method, path, answer.StatusCode, content)
	}
	var object map[string]any
	if len(content) > 0 {
		if err := json.Unmarshal(content, &object); err != nil {
			o.t.Fatal(err)
		}
	}
	return object
}

// wantRefusal wants a status and an envelope.
func (o *testOrganization) wantRefusal(status int, method, path string, body any) errorBody {
	o.t.Helper()
	answer, content := o.sendRequest(method, path, body)
	var f errorBody
	if err := json.Unmarshal(content, &f); err != nil {
		o.t.Fatalf("%s %s: status %d, no envelope: %s", method, path, answer.StatusCode, content)
	}
	if answer.StatusCode != status || f.StatusCode != status {
		o.t.Errorf("%s %s: status %d, want %d: %s", method, path, answer.StatusCode, status, content)
	}
	if len(f.RequestID) != 36 || f.Message == "" {
		o.t.Errorf("%s %s: envelope without requestId or message: %s", method, path, content)
	}
	return f
}

// storedState is the state of an object, by id.
func (o *testOrganization) storedState(kind, id string) map[string]any {
	o.t.Helper()
	for _, object := range o.Resources(kind) {
		if object["id"] == id {
			return object
		}
	}
	o.t.Fatalf("%s %s is not there", kind, id)
	return nil
}

// getObjects is a list of objects.
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

// withChanges is a copy of a body with some members changed; nil takes one out.
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

func clockAt(at *time.Time) func() time.Time { return func() time.Time { return *at } }
