package simulator

import (
	"maps"
	"path"
	"strings"
)

const (
	kindOrganization      = "organization"
	kindWorkspace         = "workspace"
	kindCluster           = "cluster"
	kindRole              = "customRole"
	kindDeployment        = "deployment"
	kindEnvironmentObject = "environmentObject"
	kindUser              = "user"
	kindInvite            = "invite"
	kindTeam              = "team"
	kindAPIToken          = "apiToken"
	kindAgentToken        = "agentToken"
	kindIPRange           = "allowedIpAddressRange"
)

// kindSpec defines one kind of resource. The server executes the operations that the API's document has at its path:
// list, read, create, update and delete. The functions define what is special of the kind; each of them may be nil.
type kindSpec struct {
	name   string
	title  string // in messages
	path   string // of one resource, after the Organization, as in the document
	parent string // the kind of the resource that contains it in the path
	plural string // the member of a list's response that holds the items

	// owner lists the members that can hold the ID of the Workspace or Deployment to which a resource belongs. A caller
	// needs access to it. Without one, the resource belongs to the Organization.
	owner []string

	createStatus, updateStatus string // the status after a create or update, until Options.ReadyAfter has passed

	defaults  object   // of a create, an update and a seed
	keeps     []string // fields that an update keeps if it omits them; it clears the others
	keepsAll  bool     // an update keeps all fields that it omits
	hidden    []string // members that responses don't have
	omitEmpty []string // members that responses don't have if they are empty

	// beforeList refuses a list.
	beforeList func(c *call)
	// belongsTo reports whether a list with a Workspace or Deployment in its query contains a resource. nil: a list of the
	// resource refers to it.
	belongsTo func(s *Server, c *call, o *resource, id string) bool
	// beforeChange refuses a change of c.target, whatever the request contains.
	beforeChange func(s *Server, c *call)
	// validate checks the rules between fields, and may complete next. c.body holds what was sent; next holds the state
	// after the request, without defaults. old is nil in a create.
	validate func(s *Server, c *call, next, old *resource)
	// fill sets the API's defaults, and converts values to the form in which the server stores them. old is nil in a
	// create and a seed.
	fill func(s *Server, next, old *resource)
	// view converts a copy of the stored state to the form of a response.
	view func(s *Server, view object)
	// item converts a response to an item of a list.
	item func(c *call, view object)
	// created converts a response to the response of a create.
	created func(o *resource, view object) object

	// routes holds other operations, and those that differ, by method and path after the Organization. An operation
	// without a handler isn't simulated.
	routes map[string]handlerFunc
}

func allKindSpecs() []kindSpec {
	return []kindSpec{
		organizationSpec(), workspaceSpec(), clusterSpec(), roleSpec(), deploymentSpec(), environmentObjectSpec(),
		userSpec(), inviteSpec(), teamSpec(), apiTokenSpec(), agentTokenSpec(), ipRangeSpec(),
	}
}

// idName returns the name of the resource's ID in paths.
func (k *kindSpec) idName() string {
	if k.path == "" {
		return "organizationId"
	}
	return strings.Trim(path.Base(k.path), "{}")
}

// ownerOf returns the ID of the Workspace or Deployment to which a resource belongs, or "".
func (k *kindSpec) ownerOf(state object) string {
	for _, name := range k.owner {
		if id := getString(state, name); id != "" {
			return id
		}
	}
	return ""
}

// handlers returns the handlers of all operations that the kind can have.
func (k *kindSpec) handlers() map[string]handlerFunc {
	all := map[string]handlerFunc{
		"GET " + k.path: k.handleRead, "POST " + k.path: k.handleUpdate, "DELETE " + k.path: k.handleDelete,
	}
	if collection := path.Dir(k.path); k.path != "" {
		all["GET "+collection], all["POST "+collection] = k.handleList, k.handleCreate
	}
	maps.Copy(all, k.routes)
	return all
}

// fillDefaults completes the state of a resource after a create, an update or a seed.
func (k *kindSpec) fillDefaults(s *Server, next, old *resource) {
	setMissing(next.state, deepCopy(k.defaults))
	if k.fill != nil {
		k.fill(s, next, old)
	}
}

// read returns a resource in the form of a response.
func (k *kindSpec) read(s *Server, o *resource) object { return k.viewOf(s, o, false) }

// viewOf returns a resource in the form of a response. isWritten is true for the response to a create or update.
func (k *kindSpec) viewOf(s *Server, o *resource, isWritten bool) object {
	view := deepCopy(o.state)
	if k.updateStatus != "" {
		view["status"] = s.statusOf(o, isWritten)
	}
	if k.view != nil {
		k.view(s, view)
	}
	deleteMembers(view, k.hidden...)
	dropEmpty(view, k.omitEmpty...)
	return view
}

// statusOf returns the status of a resource. The response to a create or update has the pending one; with
// Options.StaleStatusFor, an update still returns the old one.
func (s *Server) statusOf(o *resource, isWritten bool) string {
	age := s.options.Now().Sub(o.changedAt)
	switch {
	case o.staleStatus != "" && age < s.options.StaleStatusFor:
		return o.staleStatus
	case o.pendingStatus != "" && (isWritten || age < s.options.ReadyAfter):
		return o.pendingStatus
	case o.getString("status") != "": // a seeded status holds until an update
		return o.getString("status")
	case s.isHibernating(o.state):
		return "HIBERNATING"
	}
	return "HEALTHY"
}
