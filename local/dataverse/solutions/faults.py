"""Why an import fails: Dataverse's code and its sentence.

Source: Microsoft Learn, "Web service error codes" (the names in the comments), with codes as public clients carry them. Where a
package has what this server cannot do, the sentence names it under the general code of imports.
"""

from __future__ import annotations

from xml.sax.saxutils import quoteattr

from local.dataverse.errors import DataverseError


class ImportFault(Exception):
    """One reason why a package cannot be imported."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message

    @property
    def number(self) -> int:
        """The code as the signed number that system jobs carry."""
        return int(self.code, 16) - (1 << 32)

    def refusal(self) -> DataverseError:
        """The same as an answer to a request."""
        return DataverseError(400, self.code, self.message)


def bad_zip() -> ImportFault:
    """Not a zip, or one without its three files (ImportCustomizationsBadZipFileError)."""
    return ImportFault(
        "0x80048060",
        "The solution file is invalid. The compressed file must contain the following files at its root: solution.xml, "
        "customizations.xml, and [Content_Types].xml. Customization files exported from previous versions of Microsoft Dynamics "
        "365 are not supported.",
    )


def too_large(what: str) -> ImportFault:
    """Over a bound (ImportFileTooLargeToUpload)."""
    return ImportFault("0x80040375", f"The import file is too large to upload. {what}")


def unprocessed(names: list[str]) -> ImportFault:
    """Files that nobody reads (ImportFileUnprocessed)."""
    return ImportFault("0x80072035", f"Unprocessed files found: {', '.join(names)}")


def malformed(part: str, detail: str) -> ImportFault:
    """No XML (ImportNonWellFormedFileError)."""
    return ImportFault("0x80048013", f"Invalid customization file. This file is not well formed. {part}: {detail}")


def invalid(place: str, detail: str) -> ImportFault:
    """XML that does not fit (ImportXsdValidationError)."""
    return ImportFault(
        "0x8004801a",
        f"The import file is invalid. XSD validation failed with the following error: '{detail}'. The validation failed at: "
        f"'...{place}...'.",
    )


def unsupported(what: str) -> ImportFault:
    """What Dataverse can and this server cannot: never ignored, always named."""
    return ImportFault(
        "0x80048033", f"An error occurred while importing a Solution. The local Dataverse does not support {what}."
    )


def missing(solution: str, pairs: list[tuple[dict[str, str], dict[str, str]]]) -> ImportFault:
    """Components that the package needs and nobody has (ImportMissingDependenciesError): required and dependent ones."""
    listed = "".join(
        f"<MissingDependency><Required {_attributes(required)} /><Dependent {_attributes(dependent)} /></MissingDependency>"
        for required, dependent in pairs
    )
    return ImportFault(
        "0x8004801d",
        f"The following solution cannot be imported: {solution}. Some dependencies are missing. The missing dependencies are : "
        f"<MissingDependencies>{listed}</MissingDependencies> , ProductUpdatesOnly : False",
    )


def _attributes(values: dict[str, str]) -> str:
    return " ".join(f"{name}={quoteattr(value)}" for name, value in values.items())


def no_column(table: str, column: str) -> ImportFault:
    """A view, form or chart that names a column which is not there (QueryBuilderNoAttribute)."""
    return ImportFault(
        "0x80041103", f"'{table}' entity doesn't contain attribute with Name = '{column}' and NameMapping = 'Logical'."
    )


def no_table(table: str) -> ImportFault:
    """A view, form or app that names a table which is not there (QueryBuilderNoEntity)."""
    return ImportFault(
        "0x80041102", f"The entity with a name = '{table}' with namemapping = 'Logical' was not found in the MetadataCache."
    )


def managed_over_unmanaged() -> ImportFault:
    """ImportSolutionManagedToUnmanagedMismatch."""
    return ImportFault(
        "0x80048040",
        "The solution is already installed on this system as an unmanaged solution and the package supplied is attempting to "
        "install it in managed mode. Import can only update solutions when the modes match. Uninstall the current solution and "
        "try again.",
    )


def unmanaged_over_managed() -> ImportFault:
    """ImportSolutionUnmanagedToManagedMismatch."""
    return ImportFault(
        "0x80048041",
        "The solution is already installed on this system as a managed solution and the package supplied is attempting to "
        "install it in unmanaged mode. Import can only update solutions when the modes match. Uninstall the current solution "
        "and try again.",
    )


def older(solution: str, given: str, installed: str) -> ImportFault:
    """A version below the installed one. The code is inferred."""
    return ImportFault(
        "0x80048033",
        f"The solution '{solution}' with version {installed} is already installed; version {given} is lower and cannot be "
        "imported over it.",
    )


def other_publisher(solution: str, old: str, new: str) -> ImportFault:
    """ImportWrongPublisherError."""
    return ImportFault(
        "0x8004801c",
        f"The following managed solution cannot be imported: {solution}. The publisher name cannot be changed from {old} "
        f"to {new}.",
    )


def no_option_set(column: str, name: str) -> ImportFault:
    """ImportOptionSetAttributeError."""
    return ImportFault(
        "0x80048039", f"Attribute '{column}' was not imported as it references a non-existing global Option Set ('{name}')."
    )


def not_declared(name: str, kind: int) -> ImportFault:
    """ImportMissingRootComponentEntry."""
    return ImportFault(
        "0x8004803a",
        f"The import has failed because component {name} of type {kind} is not declared in the solution file as a root "
        "component. To fix this, import again using the XML file that was generated when you exported the solution.",
    )


def not_there(name: str, kind: int) -> ImportFault:
    """ImportMissingComponent."""
    return ImportFault("0x8004801f", f"Cannot add a Root Component {name} of type {kind} because it is not in the target system.")


def no_privilege(name: str) -> ImportFault:
    """A role with a privilege that is not there (ImportInvalidPrivilegeError)."""
    return ImportFault("0x80048058", f"The privilege to be imported is invalid: {name}.")


def role_taken(name: str) -> ImportFault:
    """A role of that name is there under another id (ImportRoleError)."""
    return ImportFault(
        "0x80048017",
        f"Cannot import security role '{name}'. The role with specified role id is not updatable or role name is not unique.",
    )
