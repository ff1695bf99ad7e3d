package schema

import (
	"fmt"
	"slices"
)

// Problem is something wrong with a declared value, and where.
type Problem struct {
	Pos      Pos
	Message  string
	Warning  bool // worth saying, no reason to stop
	Unlisted int  // how many problems it stands for that are not listed; 0: it is one itself
}

func (p Problem) Error() string {
	if !p.Pos.IsKnown() {
		return p.Message
	}
	return p.Pos.String() + ": " + p.Message
}

// SortProblems orders problems by place and keeps the order of those at one place.
func SortProblems(problems []Problem) {
	slices.SortStableFunc(problems, func(a, b Problem) int { return a.Pos.Compare(b.Pos) })
}

// MergeProblems joins lists of problems in the order of their places, each problem once,
// and limits them as Problems does.
func MergeProblems(lists ...[]Problem) []Problem {
	all := slices.Concat(lists...)
	SortProblems(all)
	var out Problems
	out.Add(slices.Compact(all)...) // an alias or a merge leads to one place many times
	return out.List()
}

// maxProblems is how many errors, and how many warnings, of one file are
// listed. Nobody fixes more of them in one go.
const maxProblems = 100

// Problems collects problems in the order in which they are added. Of each file
// it lists the first 100 errors and the first 100 warnings, and counts the rest.
type Problems struct {
	listed []Problem
	groups map[problemGroup]*problemCount
}

type problemGroup struct {
	file    string
	warning bool
}

type problemCount struct {
	listed, unlisted int
	firstUnlisted    Pos // of the first problem that is not listed
}

func (p *Problems) groupCount(of Problem) *problemCount {
	if p.groups == nil {
		p.groups = map[problemGroup]*problemCount{}
	}
	group := problemGroup{of.Pos.File, of.Warning}
	if p.groups[group] == nil {
		p.groups[group] = &problemCount{}
	}
	return p.groups[group]
}

// Add adds problems. A count of others is added to the count.
func (p *Problems) Add(problems ...Problem) {
	for _, problem := range problems {
		switch c := p.groupCount(problem); {
		case problem.Unlisted == 0 && c.listed < maxProblems:
			c.listed++
			p.listed = append(p.listed, problem)
		default:
			if c.unlisted == 0 {
				c.firstUnlisted = problem.Pos
			}
			c.unlisted += max(problem.Unlisted, 1)
		}
	}
}

// Addf adds an error. Its message is only made if it will be listed.
func (p *Problems) Addf(pos Pos, format string, args ...any) {
	problem := Problem{Pos: pos}
	if p.groupCount(problem).listed < maxProblems {
		problem.Message = fmt.Sprintf(format, args...)
	}
	p.Add(problem)
}

// Total returns how many problems were added.
func (p *Problems) Total() int {
	n := len(p.listed)
	for _, c := range p.groups {
		n += c.unlisted
	}
	return n
}

// List returns the listed problems and, for each file with more of them, one
// that holds their number.
func (p *Problems) List() []Problem {
	out := slices.Clone(p.listed)
	for group, c := range p.groups {
		if c.unlisted > 0 {
			noun := "error"
			if group.warning {
				noun = "warning"
			}
			if c.unlisted > 1 {
				noun += "s"
			}
			out = append(out, Problem{Pos: c.firstUnlisted, Warning: group.warning, Unlisted: c.unlisted, Message: fmt.Sprintf("and %d more %s", c.unlisted, noun)})
		}
	}
	SortProblems(out[len(p.listed):]) // a map has no order
	return out
}
